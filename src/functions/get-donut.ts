import { z } from 'zod';
import { type RingCell, ringRows } from '../base/ring.ts';
import { valueArgument } from '../plugins/arguments.ts';
import { defineFunction } from '../plugins/function.ts';
import { colored, GREY, rainbow } from './support/colors.ts';

export default defineFunction({
  name: 'get_donut',
  description: 'A ring of six lines with a percentage in its middle.',
  group: 'display',
  reach: 'pure',
  whenMissing: 'empty-text',

  options: z.object({
    value: valueArgument('Percent, 0 to 100.'),
  }),

  configure:
    ({ value }) =>
    ({ style }) => {
      const percent = typeof value === 'number' ? Math.trunc(value) : Number.NaN;
      if (!(percent >= 0 && percent <= 100) || Number(value) < 0) return null;
      return ringRows(percent / 100, [String(percent), '%'])
        .map((row) => row.map((cell) => (style === 'colored' ? painted(cell, percent / 100) : cell.sign)).join(''))
        .join('\n');
    },
});

/** The filled share is coloured by how much it is; the rest of the ring is grey. */
function painted({ sign, part }: RingCell, share: number): string {
  if (part === 'middle') return sign;
  return colored(sign, part === 'filled' ? rainbow((1 - share) / 3) : GREY);
}
