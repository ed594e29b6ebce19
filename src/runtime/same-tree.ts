import type { Value } from '../model/metrics.ts';

/** Whether two trees of values are equal; the order of their keys does not matter. */
export function sameTree(a: Value | undefined, b: Value | undefined): boolean {
  if (Object.is(a, b)) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameTree(childOf(a, key), childOf(b, key)));
}

/** How many numbers and booleans a tree holds. */
export function countNumbers(tree: Value | undefined): number {
  if (typeof tree === 'number' || typeof tree === 'boolean') return 1;
  if (tree === null || typeof tree !== 'object') return 0;
  let count = 0;
  for (const child of Object.values(tree) as Value[]) count += countNumbers(child);
  return count;
}

const childOf = (tree: object, key: string): Value | undefined => (tree as Readonly<Record<string, Value>>)[key];
