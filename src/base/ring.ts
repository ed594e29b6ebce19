/** A sign of a ring: part of its line, which is filled up to its share clockwise from the top, or of what stands in its middle. */
export interface RingCell {
  readonly sign: string;
  readonly part: 'filled' | 'empty' | 'middle';
}

/** Where the middle of the ring is, in cells; a cell is about twice as high as wide. */
const MIDDLE = { x: 5, y: 2.5 };
/** Columns of the longest row. */
export const RING_WIDTH = 11;

/** The six rows of a ring that is filled to `share` (0 to 1), with up to three signs in its middle and one below them. */
export function ringRows(share: number, [label, below]: readonly [label: string, below: string]): RingCell[][] {
  const rows = [
    ' ⢀⣤⣶⣿⣿⣿⣷⣦⣄',
    '⢰⣿⣿⣿⠿⠛⠻⢿⣿⣿⣷',
    `⣿⣿⣿⠃ ${label.padEnd(3)}⢻⣿⣿⡇`,
    `⢿⣿⣿⣆ ${below} ⢀⣾⣿⣿⠇`,
    '⠘⢿⣿⣿⣿⣶⣾⣿⣿⣿⠟',
    '  ⠙⠿⣿⣿⣿⡿⠟⠁',
  ];
  return rows.map((row, y) => Array.from(row, (sign, x) => ({ sign, part: partAt(sign, [x, y], share) })));
}

function partAt(sign: string, [x, y]: readonly [x: number, y: number], share: number): RingCell['part'] {
  if (sign < '\u2800' || sign > '\u28ff') return 'middle';
  const angle = Math.atan2(x - MIDDLE.x, (MIDDLE.y - y) * 2) / (2 * Math.PI);
  return (angle < 0 ? angle + 1 : angle) < share ? 'filled' : 'empty';
}
