import { z } from 'zod';
import { fixed } from '../expressions/decimal.ts';
import { numberArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'round',
  description: 'A number rounded to so many digits behind the point, a half going to the even neighbour.',
  group: 'basic',
  reach: 'pure',

  options: z.object({
    x: numberArgument('The number.'),
    digits: z.int().min(-100).max(100).default(0).describe('Digits behind the point; below zero for tens, hundreds...'),
  }),

  configure:
    ({ x, digits }) =>
    () => {
      const unit = 10 ** Math.max(0, -digits);
      const size = Number(fixed(Math.abs(x) / unit, Math.max(0, digits))) * unit;
      return x < 0 ? -size : size;
    },
});
