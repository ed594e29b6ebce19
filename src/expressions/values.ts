import type { MissingData } from '../model/expression.ts';
import { fault } from './fault.ts';
import { checkTextSize } from './limits.ts';

/** A value of the language. Lists are arrays, dicts are maps; nothing is ever changed once it was made. */
export type Value = number | string | boolean | null | readonly Value[] | Tuple | Dict | ValueSet;

/** What a part of an expression gives. */
export type Result = Value | Missing;

/** What may be a key of a dict. `True` finds the key 1 and `False` the key 0, as they are equal: see `entryOf`. */
export type Key = number | string | boolean | null;
export type Dict = ReadonlyMap<Key, Value>;

/** Data that is not there; most operations on it give it back. */
export class Missing implements MissingData {
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string) {
    this.path = path;
    this.reason = reason;
  }
}

/** A list that is never equal to a list. */
export class Tuple {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** Different values, in the order in which they were put in. Only values that can be compared as a whole fit: no list, dict or set. */
export class ValueSet {
  readonly #byKey = new Map<Key, Value>();

  /** Throws TYPE for one that does not fit, LIMIT when telling them apart would take too much. */
  constructor(items: Iterable<Value>) {
    let length = 0;
    for (const item of items) {
      const key = identity(item);
      if (item instanceof Tuple && typeof key === 'string') length += key.length;
      checkTextSize(length);
      if (!this.#byKey.has(key)) this.#byKey.set(key, item);
    }
  }

  get size(): number {
    return this.#byKey.size;
  }

  has(item: Value): boolean {
    return isHashable(item) && this.#byKey.has(identity(item));
  }

  [Symbol.iterator](): IterableIterator<Value> {
    return this.#byKey.values();
  }
}

/** Equal values have the same identity. A text stands for itself; only one that begins like a tuple's identity is moved away. */
function identity(value: Value): string | number | null {
  if (typeof value === 'boolean') return Number(value);
  if (value === null || typeof value === 'number') return value;
  if (typeof value === 'string') return value.startsWith('\0') ? `\0s${value}` : value;
  if (value instanceof Tuple) return tupleIdentity(value);
  throw fault('TYPE', `a ${typeName(value)} cannot be an element of a set`);
}

function tupleIdentity({ items }: Tuple): string {
  let text = '\0t';
  for (const item of items) {
    text += partIdentity(item);
    checkTextSize(text.length);
  }
  return text;
}

function partIdentity(item: Value): string {
  const key = identity(item);
  const text = String(key);
  return `${key === null ? 'n' : typeof key}${text.length}:${text}`;
}

const isHashable = (value: Value): boolean =>
  value instanceof Tuple ? value.items.every(isHashable) : value === null || typeof value !== 'object';

/** The value as a key of a dict; `undefined` when it cannot be one. */
export const keyOf = (value: Value): Key | undefined =>
  value === null || typeof value !== 'object' ? value : undefined;

/** What a dict holds under a key that equals `value`; `undefined` when there is none. */
export function entryOf(dict: Dict, value: Value): Value | undefined {
  const key = keyOf(value);
  if (key === undefined) return undefined;
  const found = dict.get(key);
  return found === undefined ? dict.get(twinOf(key)) : found;
}

/** Puts an entry into a dict that is being made. A key that equals one that is there replaces its value only. */
export function putEntry<V>(dict: Map<Key, V>, key: Key, value: V): void {
  const twin = twinOf(key);
  dict.set(dict.has(twin) ? twin : key, value);
}

/** The other way to write the same key: `True` and 1, `False` and 0; any other key itself. */
function twinOf(key: Key): Key {
  if (typeof key === 'boolean') return Number(key);
  return key === 0 || key === 1 ? key === 1 : key;
}

/** What people call the type of a value. */
export function typeName(value: Result): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string' || typeof value === 'number') return typeof value;
  if (value instanceof Missing) return 'missing';
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof ValueSet) return 'set';
  return value instanceof Map ? 'dict' : 'list';
}

export const isList = (value: Result): value is readonly Value[] => Array.isArray(value);
export const isDict = (value: Result): value is Dict => value instanceof Map;

/** The number a value counts as: itself, or 1 and 0 for True and False. */
export function numberOf(value: Result): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'boolean' ? Number(value) : undefined;
}

/** None, False, 0, the empty text and empty containers are false, all else is true. */
export function isTrue(value: Value): boolean {
  if (value === null || typeof value !== 'object') return Boolean(value);
  return sizeOf(value) > 0;
}

/** Elements of a container, UTF-16 units of a text; 1 for anything else. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length;
  if (value === null || typeof value !== 'object') return 1;
  if (isList(value)) return value.length;
  return value instanceof Tuple ? value.items.length : value.size;
}

/** What a loop over the value would give: elements, keys of a dict, characters of a text; `undefined` when there is nothing to loop over. */
export function itemsOf(value: Value): readonly Value[] | undefined {
  if (typeof value === 'string') return Array.from(value);
  if (value === null || typeof value !== 'object') return undefined;
  if (isList(value)) return value;
  if (value instanceof Tuple) return value.items;
  return value instanceof ValueSet ? [...value] : [...value.keys()];
}

/** A key as the text that it is in JSON: written as the language writes it. */
function keyText(key: unknown): string {
  if (key === null) return 'None';
  return typeof key === 'boolean' ? (key ? 'True' : 'False') : String(key);
}

/** The JSON form of a value: lists, tuples and sets are arrays, dicts objects, missing data `{"$missing": path}`. */
export function jsonOf(value: unknown): unknown {
  if (value instanceof Missing) return { $missing: value.path };
  if (value instanceof Tuple) return value.items.map(jsonOf);
  if (value instanceof Map) return Object.fromEntries(Array.from(value, ([key, each]) => [keyText(key), jsonOf(each)]));
  if (value instanceof ValueSet || Array.isArray(value)) return Array.from(value, jsonOf);
  return value;
}
