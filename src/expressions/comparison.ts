import { fault } from './fault.ts';
import type { Meter } from './limits.ts';
import { type Dict, entryOf, isDict, isList, numberOf, Tuple, typeName, type Value, ValueSet } from './values.ts';

/** Whether two values are equal; values of different types are not, except that True is 1 and False is 0. Never fails but by LIMIT. */
export function areEqual(a: Value, b: Value, meter: Meter): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (typeof a !== 'object' || typeof b !== 'object') {
    const number = numberOf(a);
    return number !== undefined && number === numberOf(b);
  }
  if (isList(a)) return isList(b) && areEqualItems(a, b, meter);
  if (a instanceof Tuple) return b instanceof Tuple && areEqualItems(a.items, b.items, meter);
  if (isDict(a)) return isDict(b) && areEqualDicts(a, b, meter);
  return b instanceof ValueSet && areEqualSets(a, b, meter);
}

function areEqualItems(a: readonly Value[], b: readonly Value[], meter: Meter): boolean {
  if (a.length !== b.length) return false;
  meter.elements(a.length);
  return a.every((item, place) => areEqual(item, b[place] ?? null, meter));
}

function areEqualDicts(a: Dict, b: Dict, meter: Meter): boolean {
  if (a.size !== b.size) return false;
  meter.elements(a.size);
  for (const [key, value] of a) {
    const other = entryOf(b, key);
    if (other === undefined || !areEqual(value, other, meter)) return false;
  }
  return true;
}

function areEqualSets(a: ValueSet, b: ValueSet, meter: Meter): boolean {
  if (a.size !== b.size) return false;
  meter.elements(a.size);
  for (const item of a) if (!b.has(item)) return false;
  return true;
}

/** Below zero when `a` comes first, zero when equal, above zero otherwise. Throws TYPE for values without an order. */
export function order(a: Value, b: Value, meter: Meter): number {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) return left - right;
  if (typeof a === 'string' && typeof b === 'string') return orderTexts(a, b, meter);
  if (isList(a) && isList(b)) return orderItems(a, b, meter);
  if (a instanceof Tuple && b instanceof Tuple) return orderItems(a.items, b.items, meter);
  throw fault('TYPE', `cannot compare ${typeName(a)} with ${typeName(b)}`);
}

function orderItems(a: readonly Value[], b: readonly Value[], meter: Meter): number {
  const length = Math.min(a.length, b.length);
  meter.elements(length);
  for (let place = 0; place < length; place++) {
    const [left = null, right = null] = [a[place], b[place]];
    if (!areEqual(left, right, meter)) return order(left, right, meter);
  }
  return a.length - b.length;
}

const SURROGATE = /[\ud800-\udfff]/;

/** By code point; UTF-16 has that order only as long as there are no surrogates. */
function orderTexts(a: string, b: string, meter: Meter): number {
  meter.characters(Math.min(a.length, b.length));
  if (a === b) return 0;
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return a < b ? -1 : 1;
  const [left, right] = [Array.from(a), Array.from(b)];
  const place = left.findIndex((char, index) => char !== right[index]);
  return (left[place]?.codePointAt(0) ?? -1) - (right[place]?.codePointAt(0) ?? -1) || left.length - right.length;
}

/** `item in container`: part of a text, element, or key of a dict. */
export function isIn(item: Value, container: Value, meter: Meter): boolean {
  if (typeof container === 'string') {
    if (typeof item !== 'string') throw fault('TYPE', `cannot look for a ${typeName(item)} in a string`);
    meter.search(item, container);
    return container.includes(item);
  }
  if (isList(container)) return holds(container, item, meter);
  if (container instanceof Tuple) return holds(container.items, item, meter);
  if (container instanceof ValueSet) return container.has(item);
  if (!isDict(container)) throw fault('TYPE', `cannot look into a ${typeName(container)}`);
  return entryOf(container, item) !== undefined;
}

function holds(items: readonly Value[], wanted: Value, meter: Meter): boolean {
  meter.elements(items.length);
  return items.some((item) => areEqual(item, wanted, meter));
}
