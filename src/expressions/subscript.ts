import { fault } from './fault.ts';
import type { Meter } from './limits.ts';
import { reprOf } from './text.ts';
import { entryOf, isDict, isList, numberOf, Tuple, typeName, type Value } from './values.ts';

/** `container[place]`. Throws INDEX, KEY or TYPE. */
export function elementAt(container: Value, place: Value, meter: Meter): Value {
  if (isDict(container)) {
    const found = entryOf(container, place);
    if (found === undefined) throw fault('KEY', `no key ${reprOf(place)}`);
    return found;
  }
  const items = indexable(container, meter);
  const number = numberOf(place);
  if (number === undefined || !Number.isInteger(number)) {
    throw fault('TYPE', `an index is a whole number, not a ${typeName(place)}`);
  }
  const found = items.at(number);
  if (found === undefined) throw fault('INDEX', `index ${number} out of range (length ${items.length})`);
  return found;
}

function indexable(container: Value, meter: Meter): readonly Value[] {
  if (isList(container)) return container;
  if (container instanceof Tuple) return container.items;
  if (typeof container !== 'string') throw fault('TYPE', `a ${typeName(container)} has no elements to pick from`);
  meter.characters(container.length);
  return Array.from(container);
}
