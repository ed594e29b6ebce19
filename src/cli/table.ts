import type { Painted } from './colour.ts';

export type Cell = string | Painted;

/** A column: its title, and on which side its cells stand. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

interface Look {
  /** Columns of the terminal; `undefined` cuts nothing. */
  readonly width: number | undefined;
  paint(cell: Painted): string;
}

const GAP = '  ';
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;

/** Lines of a table: a header, then the rows, two blanks between columns; the last column gives way to the width. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly Cell[])[], look: Look): string[] {
  const header = columns.map(({ title }) => title);
  const all = [header, ...rows].map((row) => row.map(painted));
  const widths = columns.map((_, place) => Math.max(...all.map((row) => widthOf(row[place]?.text ?? ''))));
  return all.map((row) => lineOf(row, columns, widths, look));
}

const painted = (cell: Cell): Painted => (typeof cell === 'string' ? { text: cell, colour: undefined } : cell);

function lineOf(row: readonly Painted[], columns: readonly Column[], widths: readonly number[], look: Look): string {
  const last = columns.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + GAP.length, 0);
  const cells = row.map((cell, place) => {
    if (place === last && columns[place]?.align !== 'right') return look.paint(shortened(cell, look.width, before));
    const fill = ' '.repeat(Math.max(0, (widths[place] ?? 0) - widthOf(cell.text)));
    return columns[place]?.align === 'right' ? fill + look.paint(cell) : look.paint(cell) + fill;
  });
  return cells.join(GAP).trimEnd();
}

function shortened(cell: Painted, width: number | undefined, before: number): Painted {
  if (width === undefined || before + widthOf(cell.text) <= width) return cell;
  let text = '';
  let used = 0;
  for (const character of cell.text) {
    used += widthOf(character);
    if (before + used > width - 1) break;
    text += character;
  }
  return { ...cell, text: `${text}…` };
}

/** Columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}
