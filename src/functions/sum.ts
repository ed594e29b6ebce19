import { z } from 'zod';
import { fault } from '../expressions/fault.ts';
import { numberOf, typeName, type Value } from '../expressions/values.ts';
import { itemsArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'sum',
  description: 'The sum of a list of numbers.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    list: itemsArgument('The numbers.'),
  }),

  configure:
    ({ list }) =>
    () =>
      list.reduce<number>((total, item) => total + needNumber(item), 0),
});

function needNumber(item: Value): number {
  const number = numberOf(item);
  if (number === undefined) throw fault('TYPE', `sum() needs numbers, got ${typeName(item)}`);
  return number;
}
