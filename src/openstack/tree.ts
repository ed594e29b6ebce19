import type { Value } from '../model/metrics.ts';
import type { MetricValue } from './metric.ts';

/** Puts a value into a tree, at a place below it. */
export function put(tree: Record<string, Value>, [first = '', ...rest]: readonly string[], value: Value): void {
  if (rest.length === 0) {
    tree[first] = value;
    return;
  }
  const below = tree[first];
  const branch =
    typeof below === 'object' && below !== null && !Array.isArray(below) ? (below as Record<string, Value>) : {};
  tree[first] = branch;
  put(branch, rest, value);
}

/** What is too large to be a number is a text. */
export function leafOf(value: MetricValue): Value {
  if (typeof value !== 'bigint') return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** Keys of trees are plain; the names of hosts are not. */
export function safe(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_-]/g, '_');
  return plain === '' || plain === '__proto__' ? '_' : plain;
}
