import { z } from 'zod';
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
      const rows = ring(percent);
      return (style === 'colored' ? rows.map((row, y) => painted(row, y, percent / 100)) : rows).join('\n');
    },
});

const ring = (percent: number): string[] => [
  ' ⢀⣤⣶⣿⣿⣿⣷⣦⣄',
  '⢰⣿⣿⣿⠿⠛⠻⢿⣿⣿⣷',
  `⣿⣿⣿⠃ ${String(percent).padEnd(3)}⢻⣿⣿⡇`,
  '⢿⣿⣿⣆ % ⢀⣾⣿⣿⠇',
  '⠘⢿⣿⣿⣿⣶⣾⣿⣿⣿⠟',
  '  ⠙⠿⣿⣿⣿⡿⠟⠁',
];

/** Where the middle of the ring is, in cells; a cell is about twice as high as wide. */
const MIDDLE = { x: 5, y: 2.5 };

/** Colours the signs of a row that lie within the filled share, clockwise from the top; the rest of the ring is grey. */
function painted(row: string, y: number, share: number): string {
  return Array.from(row, (sign, x) => {
    if (sign < '\u2800' || sign > '\u28ff') return sign;
    const angle = Math.atan2(x - MIDDLE.x, (MIDDLE.y - y) * 2) / (2 * Math.PI);
    const turn = angle < 0 ? angle + 1 : angle;
    return colored(sign, turn < share ? rainbow((1 - share) / 3) : GREY);
  }).join('');
}
