import { areEqual } from './comparison.ts';
import { fault } from './fault.ts';
import { checkElements, type Meter } from './limits.ts';
import { Given, STRING_METHODS } from './string-methods.ts';
import { type Dict, entryOf, isDict, isList, itemsOf, Tuple, typeName, type Value, ValueSet } from './values.ts';

type Method<Type> = (self: Type, given: Given) => Value;
type Methods<Type> = ReadonlyMap<string, readonly [Method<Type>, number]>;

const DICT_METHODS: Methods<Dict> = new Map([
  ['keys', [(dict) => [...dict.keys()], 0]],
  ['values', [(dict) => [...dict.values()], 0]],
  ['items', [(dict) => Array.from(dict, (entry) => new Tuple(entry)), 0]],
  ['get', [get, 2]],
]);

function get(dict: Dict, given: Given): Value {
  const found = entryOf(dict, given.value(0));
  return found === undefined ? (given.count > 1 ? given.value(1) : null) : found;
}

const LIST_METHODS: Methods<readonly Value[]> = new Map([
  ['index', [index, 1]],
  ['count', [count, 1]],
]);

function index(items: readonly Value[], given: Given): Value {
  const wanted = given.value(0);
  given.meter.elements(items.length);
  const place = items.findIndex((item) => areEqual(item, wanted, given.meter));
  if (place < 0) throw fault('INDEX', 'the value is not in the list');
  return place;
}

function count(items: readonly Value[], given: Given): Value {
  const wanted = given.value(0);
  given.meter.elements(items.length);
  return items.filter((item) => areEqual(item, wanted, given.meter)).length;
}

const combine =
  (rule: (self: ValueSet, other: ValueSet) => Value[]): Method<ValueSet> =>
  (self, given) => {
    const items = itemsOf(given.value(0));
    if (!items) throw fault('TYPE', `a set cannot be combined with a ${typeName(given.value(0))}`);
    given.meter.elements(self.size + items.length);
    const combined = rule(self, new ValueSet(items));
    checkElements(combined.length);
    return new ValueSet(combined);
  };

const SET_METHODS: Methods<ValueSet> = new Map([
  ['union', [combine((self, other) => [...self, ...other]), 1]],
  ['intersection', [combine((self, other) => [...self].filter((item) => other.has(item))), 1]],
  ['difference', [combine((self, other) => [...self].filter((item) => !other.has(item))), 1]],
]);

/** Calls a method of a value. Only the methods in these tables exist. Throws FUNCTION, TYPE, INDEX or LIMIT. */
export function callMethod(self: Value, name: string, values: readonly Value[], meter: Meter): Value {
  const given = new Given(name, values, meter);
  if (typeof self === 'string') {
    meter.characters(self.length);
    return chosen(STRING_METHODS, self, given)(self, given);
  }
  if (isDict(self)) {
    meter.elements(self.size);
    return chosen(DICT_METHODS, self, given)(self, given);
  }
  if (self instanceof ValueSet) return chosen(SET_METHODS, self, given)(self, given);
  if (self instanceof Tuple) return chosen(LIST_METHODS, self, given)(self.items, given);
  return isList(self) ? chosen(LIST_METHODS, self, given)(self, given) : chosen(new Map(), self, given)(self, given);
}

function chosen<Type>(methods: Methods<Type>, self: Value, { name, count: given }: Given): Method<Type> {
  const [method, most] = methods.get(name) ?? [];
  if (!method || most === undefined) throw fault('FUNCTION', `${typeName(self)} has no method "${name}"`);
  if (given > most) throw fault('FUNCTION', `${name}() takes at most ${most} arguments, got ${given}`);
  return method;
}
