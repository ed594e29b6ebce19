import { isCollection, isMap, isScalar, isSeq, type LineCounter } from 'yaml';
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
  if (isMap(node)) return node.items.findLast((pair) => keyText(pair) === String(step));
  return isSeq(node) && typeof step === 'number' ? { key: undefined, value: node.items[step] } : undefined;
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isCollection(node) ? node.range?.[0] : undefined;
}
