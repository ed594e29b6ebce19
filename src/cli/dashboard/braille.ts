/** A place for a line, in cells; each holds two dots side by side and four above each other. */
interface Area {
  readonly width: number;
  readonly height: number;
}

/** What lies at the bottom and at the top of a chart. */
export interface Scale {
  readonly least: number;
  readonly most: number;
}

const BLANK = 0x2800;
/** Bits of the dots of a cell, by column, from the bottom up. */
const DOTS = [
  [0x40, 0x04, 0x02, 0x01],
  [0x80, 0x20, 0x10, 0x08],
] as const;

/** Values that a line of that many cells has room for. */
export const pointsIn = (cells: number): number => cells * 2;

/** A line through the last values, the newest at the right; where there is none, there is a gap. Values beyond the scale stay at its end. */
export function brailleRows(points: readonly (number | null)[], { width, height }: Area, scale: Scale): string[] {
  const cells = Array.from({ length: height }, () => new Uint16Array(width).fill(BLANK));
  const shown = points.slice(-pointsIn(width));
  const indent = pointsIn(width) - shown.length;
  let before: number | undefined;
  for (const [at, value] of shown.entries()) {
    const now = value === null ? undefined : dotOf(value, scale, height * 4);
    if (now !== undefined) column(cells, indent + at, before ?? now, now);
    before = now;
  }
  return cells.map((row) => String.fromCharCode(...row));
}

function dotOf(value: number, { least, most }: Scale, dots: number): number {
  const share = most > least ? (value - least) / (most - least) : 0;
  return Math.round(Math.min(1, Math.max(0, share)) * (dots - 1));
}

/** Sets the dots of a column from one height to another, so that steep lines do not break. */
function column(cells: readonly Uint16Array[], x: number, from: number, to: number): void {
  const step = from < to ? 1 : -1;
  for (let dot = from === to ? to : from + step; ; dot += step) {
    const row = cells[cells.length - 1 - (dot >> 2)];
    const bit = DOTS[x & 1]?.[dot & 3] ?? 0;
    const place = x >> 1;
    if (row) row[place] = (row[place] ?? BLANK) | bit;
    if (dot === to) return;
  }
}
