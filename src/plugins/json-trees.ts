import type { Metrics, Value } from '../model/metrics.ts';

/** What is deeper, longer or more than this is left out. */
const DEPTH = 12;
const TEXT = 4_096;
const VALUES = 20_000;

/**
 * The part of a JSON document that can be a collector's tree: without keys that have control characters, and bounded in depth, length of
 * texts and number of values; without the branches named. `undefined` when the document is no object.
 */
export function treeOfJson(document: unknown, leftOut: readonly string[] = []): Metrics | undefined {
  if (!isObject(document)) return undefined;
  const wanted = Object.entries(document).filter(([key]) => !leftOut.includes(key));
  return new Pruning().tree(Object.fromEntries(wanted), DEPTH);
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value of a JSON document is an object. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

class Pruning {
  #left = VALUES;

  tree(object: JsonObject, depth: number): Metrics {
    const kept: [string, Value][] = [];
    for (const [key, each] of Object.entries(object)) {
      const value = /\p{Cc}/u.test(key) ? undefined : this.#value(each, depth - 1);
      if (value !== undefined) kept.push([key, value]);
    }
    return Object.fromEntries(kept);
  }

  #value(value: unknown, depth: number): Value | undefined {
    if (depth <= 0 || this.#left <= 0) return undefined;
    this.#left -= 1;
    if (typeof value === 'string') return value.slice(0, TEXT);
    // A number may be written that is too large to be one.
    if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
    if (typeof value === 'boolean' || value === null) return value;
    if (Array.isArray(value)) return this.#list(value, depth);
    return isObject(value) ? this.tree(value, depth) : undefined;
  }

  #list(list: readonly unknown[], depth: number): Value[] {
    return list.map((each) => this.#value(each, depth - 1)).filter((each) => each !== undefined);
  }
}
