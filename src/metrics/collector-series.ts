import type { Metrics, Value } from '../model/metrics.ts';

/** A number of a collector's tree: the keys that lead to it, and the number; bools are 1 and 0. */
export interface NumberLeaf {
  readonly path: readonly string[];
  readonly value: number;
}

/** Every number and bool of a tree, but those in lists. */
export function* numbersIn(tree: Metrics, path: readonly string[] = []): Generator<NumberLeaf> {
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'number') yield { path: [...path, key], value };
    else if (typeof value === 'boolean') yield { path: [...path, key], value: Number(value) };
    else if (isTree(value)) yield* numbersIn(value, [...path, key]);
  }
}

const isTree = (value: Value): value is Metrics => typeof value === 'object' && value !== null && !Array.isArray(value);

const MOST_CLEANED = 10_000;
const cleanedKeys = new Map<string, string>();

/** As `cleanedKey`; the same keys come at every run. */
function cleanedOnce(key: string): string {
  let cleaned = cleanedKeys.get(key);
  if (cleaned !== undefined) return cleaned;
  if (cleanedKeys.size >= MOST_CLEANED) cleanedKeys.clear();
  cleaned = cleanedKey(key);
  cleanedKeys.set(key, cleaned);
  return cleaned;
}

/** A key as an element of a series name: lower case, without what a name or a pattern would take for a sign. */
export function cleanedKey(key: string): string {
  if (key === '/') return 'root';
  const cleaned = key
    .toLowerCase()
    .replace(/\/s$/, '_per_s')
    .replace(/^%/, 'pct_')
    .replaceAll('%', '_pct')
    .replace(/[./\\();\s\p{Cc}]/gu, '_')
    .replace(/^_+|_+$/g, '');
  return cleaned === '' ? '_' : cleaned;
}

/** How names are made of keys. */
export type KeyNaming = 'cleaned' | 'as they are';

/** The series of a number: of a node, by the name of the collector and the keys that lead to it. */
export const collectorSeriesName = (node: string, [collector, ...keys]: readonly string[], naming: KeyNaming): string =>
  [node, collector, ...keys.map((key) => (naming === 'cleaned' ? cleanedKey(key) : key.toLowerCase()))].join('.');

/** A number with the name of its series, without that of the node. */
export interface NamedNumber {
  readonly name: string;
  readonly value: number;
}

/** The numbers of a collector by series, and the paths that lost their name to another. */
export interface NamedNumbers {
  readonly numbers: readonly NamedNumber[];
  readonly clashes: readonly { readonly path: string; readonly name: string }[];
}

/** Names numbers of a collector's results. When two get the same name, the one whose keys are first in byte order keeps it. */
export function nameNumbers(collector: string, leaves: Iterable<NumberLeaf>, naming: KeyNaming): NamedNumbers {
  const owners = new Map<string, NumberLeaf>();
  const clashes: { path: string; name: string }[] = [];
  for (const leaf of leaves) {
    const keys = leaf.path.map((key) => (naming === 'cleaned' ? cleanedOnce(key) : key.toLowerCase()));
    const name = [collector, ...keys].join('.');
    const owner = owners.get(name);
    const [first, second] = owner && isBefore(owner.path, leaf.path) ? [owner, leaf] : [leaf, owner];
    owners.set(name, first);
    if (second) clashes.push({ path: second.path.join('.'), name });
  }
  return { numbers: Array.from(owners, ([name, { value }]) => ({ name, value })), clashes };
}

const isBefore = (a: readonly string[], b: readonly string[]): boolean =>
  Buffer.compare(Buffer.from(a.join('.')), Buffer.from(b.join('.'))) < 0;
