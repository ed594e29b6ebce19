import { isCollection, isMap, isScalar, isSeq, type LineCounter, type Pair, type YAMLMap } from 'yaml';
import { keyText } from './yaml-value.ts';

/** Keys of maps and numbers of list items from the top of a document down to a value. */
export type Path = readonly (string | number)[];

/** A line and a column, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where the key at `path` stands, or the nearest part above it that is written. */
export function placeIn(contents: unknown, path: Path, lines: LineCounter): Place {
  let at = contents;
  let offset = startOf(contents) ?? 0;
  for (const step of path) {
    const found = stepInto(at, step);
    if (!found) break;
    offset = startOf(found.key) ?? startOf(found.value) ?? offset;
    at = found.value;
  }
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** The characters of the plain value at `path`. */
export function sourceIn(contents: unknown, path: Path): string | undefined {
  const node = nodeIn(contents, path);
  return isScalar(node) ? node.source : undefined;
}

/** What stands at `path`. */
export function nodeIn(contents: unknown, path: Path): unknown {
  let at = contents;
  for (const step of path) at = stepInto(at, step)?.value;
  return at;
}

function stepInto(
  node: unknown,
  step: string | number,
): { readonly key: unknown; readonly value: unknown } | undefined {
  if (isMap(node)) return pairsOf(node).get(String(step));
  return isSeq(node) && typeof step === 'number' ? { key: undefined, value: node.items[step] } : undefined;
}

/** The pairs of a map by their keys: a map of many keys may be asked for the place of each. */
const pairs = new WeakMap<YAMLMap, ReadonlyMap<string | undefined, Pair>>();

function pairsOf(map: YAMLMap): ReadonlyMap<string | undefined, Pair> {
  const known = pairs.get(map);
  if (known) return known;
  // Of a key that is written twice the last one counts.
  const found = new Map(map.items.map((pair) => [keyText(pair), pair]));
  pairs.set(map, found);
  return found;
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) ? node.range?.[0] : undefined;
}
