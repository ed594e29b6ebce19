import type { Metrics, Value } from '../../model/metrics.ts';

/** Deeper, longer or wider than this no answer of a service is kept. */
const DEPTH = 10;
const LENGTH = 200;
const TEXT = 4_096;

const CONTROL = /\p{Cc}/u;

/** What a service answered as the tree of a collector, without the branches named; nothing of what is no map. */
export function treeOf(json: unknown, leftOut: readonly string[] = []): Metrics {
  const tree = cleaned(json, 0);
  if (!isTree(tree)) return {};
  return Object.fromEntries(Object.entries(tree).filter(([key]) => !leftOut.includes(key)));
}

const isTree = (value: Value | undefined): value is Metrics =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function cleaned(json: unknown, depth: number): Value | undefined {
  if (typeof json === 'string') return json.slice(0, TEXT);
  if (typeof json === 'number' || typeof json === 'boolean' || json === null) return json;
  if (typeof json !== 'object' || depth >= DEPTH) return undefined;
  if (Array.isArray(json)) return json.slice(0, LENGTH).flatMap((each) => cleaned(each, depth + 1) ?? []);
  const entries = Object.entries(json)
    .slice(0, LENGTH)
    .flatMap(([key, each]): [string, Value][] => {
      const value = CONTROL.test(key) ? undefined : cleaned(each, depth + 1);
      return value === undefined ? [] : [[key, value]];
    });
  return Object.fromEntries(entries);
}
