import { order } from '../../expressions/comparison.ts';
import { fault } from '../../expressions/fault.ts';
import { Meter } from '../../expressions/limits.ts';
import { itemsOf, type Value } from '../../expressions/values.ts';

/** The first of the values before which no other comes by `wins`; a single value is a list to look through. Throws FUNCTION when there is none. */
export function extreme(name: string, values: readonly Value[], wins: (order: number) => boolean): Value {
  const [only] = values;
  const items = values.length === 1 && only !== undefined ? itemsOf(only) : values;
  const [first, ...others] = items ?? [];
  if (first === undefined) throw fault('FUNCTION', `${name}() needs a list that is not empty, or several values`);
  const meter = new Meter();
  return others.reduce((best, item) => (wins(order(item, best, meter)) ? item : best), first);
}
