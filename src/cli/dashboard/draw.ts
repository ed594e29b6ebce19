import { RING_WIDTH, ringRows } from '../../base/ring.ts';
import type {
  ChartTile,
  ChecksTile,
  DashboardView,
  MembersTile,
  ShareTile,
  ShownTile,
  SplitTile,
  Tile,
} from '../../model/dashboard.ts';
import { type Colour, colourOf, signOf } from '../colour.ts';
import { escaped } from '../escape.ts';
import { colourful, fitted, shownWidth, wrapped } from './ansi.ts';
import { brailleRows, type Scale } from './braille.ts';

/** What a terminal can show. */
export interface DrawLook {
  readonly unicode: boolean;
  paint(text: string, colour: Colour): string;
}

/** The place there is; without `rows` charts have their least height. */
export interface DrawSize {
  readonly columns: number;
  readonly rows?: number | undefined;
}

/** How tiles are drawn. */
interface Pen extends DrawLook {
  readonly chartRows: number;
}

export const LEAST_COLUMNS = 40;
const CHART_ROWS = { least: 4, most: 12 };
/** Columns of the numbers beside a chart. */
const AXIS = 9;
const GAP = '  ';
/** Tiles that would be narrower stand one below the other. */
const NARROWEST = 16;

/** A dashboard as lines of exactly so many columns. `when` says of what time the values are. */
export function drawDashboard(
  view: DashboardView,
  when: string,
  { columns, rows }: DrawSize,
  look: DrawLook,
): string[] {
  const width = Math.max(LEAST_COLUMNS, columns);
  const draw = (chartRows: number) => [
    headline(view, when, width, look),
    ...drawTile(view.content, width, { ...look, chartRows }),
  ];
  const lines = draw(CHART_ROWS.least);
  const charts = countCharts(view.content);
  const more = rows === undefined || charts === 0 ? 0 : Math.floor((rows - lines.length) / charts);
  return more <= 0 ? lines : draw(Math.min(CHART_ROWS.most, CHART_ROWS.least + more));
}

function headline({ title, node }: DashboardView, when: string, width: number, look: DrawLook): string {
  const right = `${escaped(node)}  ${when}`;
  const left = look.paint(fitted(escaped(title), Math.max(1, width - shownWidth(right) - GAP.length)), 'magenta');
  return fitted(`${left}${GAP}${right}`, width);
}

function countCharts(tile: Tile): number {
  if (tile.kind === 'horizontal_chart') return 1;
  return isSplit(tile) ? tile.tiles.reduce((sum, each) => sum + countCharts(each), 0) : 0;
}

const isSplit = (tile: Tile): tile is SplitTile => tile.kind === 'horizontal_split' || tile.kind === 'vertical_split';

function drawTile(tile: Tile, width: number, pen: Pen): string[] {
  if (isSplit(tile)) return tile.kind === 'vertical_split' ? below(tile, width, pen) : beside(tile, width, pen);
  const content =
    tile.error === undefined ? contentOf(tile, width, pen) : [pen.paint(`error: ${escaped(tile.error)}`, 'red')];
  return [rule(tile.title, width, pen), ...content].map((line) => fitted(line, width));
}

const below = ({ tiles }: SplitTile, width: number, pen: Pen): string[] =>
  tiles.flatMap((tile) => drawTile(tile, width, pen));

function beside(split: SplitTile, width: number, pen: Pen): string[] {
  const { tiles } = split;
  const room = width - GAP.length * (tiles.length - 1);
  const sizes = tiles.map((tile) => (isSplit(tile) ? 1 : (tile.size ?? 1)));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const widths = sizes.map((size) => Math.floor((room * size) / all));
  if (widths.some((each) => each < NARROWEST)) return below(split, width, pen);
  const blocks = tiles.map((tile, at) => drawTile(tile, widths[at] ?? NARROWEST, pen));
  const height = Math.max(0, ...blocks.map((block) => block.length));
  return Array.from({ length: height }, (_, row) =>
    fitted(blocks.map((block, at) => block[row] ?? ' '.repeat(widths[at] ?? 0)).join(GAP), width),
  );
}

function rule(title: string, width: number, pen: Pen): string {
  const line = pen.unicode ? '─' : '-';
  if (title === '') return line.repeat(width);
  const shown = fitted(escaped(title), Math.min(width - 4, shownWidth(escaped(title))));
  return `${line} ${pen.paint(shown, 'blue')} ${line.repeat(Math.max(0, width - shownWidth(shown) - 3))}`;
}

function contentOf(tile: ShownTile, width: number, pen: Pen): string[] {
  switch (tile.kind) {
    case 'text':
      return wrapped(colourful(tile.value), width);
    case 'horizontal_gauge':
      return [bar(tile, width, pen)];
    case 'donut':
      return pen.unicode ? ring(tile, width, pen) : [bar(tile, width, pen)];
    case 'horizontal_chart':
      return chart(tile, width, pen);
    case 'table':
      return tile.rows.length === 0 ? ['nothing'] : grid(tile.rows.map((row) => row.map(colourful)));
    case 'checks':
      return checks(tile, pen);
    case 'members':
      return members(tile, pen);
  }
}

function bar({ share, value, unit }: ShareTile, width: number, pen: Pen): string {
  const number = valueText(value, unit);
  if (share === null) return number;
  const room = Math.max(4, width - Math.max(10, shownWidth(number)) - 1);
  const filled = Math.round(share * room);
  const [full, rest] = pen.unicode ? ['█', '░'] : ['#', '.'];
  return `${pen.paint(full.repeat(filled), 'green')}${pen.paint(rest.repeat(room - filled), 'grey')} ${number}`;
}

function ring({ share, value, unit }: ShareTile, width: number, pen: Pen): string[] {
  const label: readonly [string, string] = share === null ? ['n/a', ' '] : [String(Math.trunc(share * 100)), '%'];
  const indent = ' '.repeat(Math.max(0, Math.floor((width - RING_WIDTH) / 2)));
  const rows = ringRows(share ?? 0, label).map((row) =>
    row.map(({ sign, part }) => (part === 'middle' ? sign : pen.paint(sign, part === 'filled' ? 'green' : 'grey'))),
  );
  const known = share !== null && unit !== '%' ? [indent + valueText(value, unit)] : [];
  return [...rows.map((row) => indent + row.join('')), ...known];
}

function chart(tile: ChartTile, width: number, pen: Pen): string[] {
  const points = tile.points ?? [tile.value];
  const present = points.filter((point) => point !== null);
  if (present.length === 0) return ['n/a', ...Array(pen.chartRows - 1).fill('')];
  const scale = scaleOf(tile, present);
  const area = { width: width - AXIS - 1, height: pen.chartRows };
  const rows = pen.unicode ? brailleRows(points, area, scale) : asciiRows(points, area, scale);
  const labels = new Map([
    [0, numberText(scale.most)],
    [pen.chartRows - 1, numberText(scale.least)],
    [Math.floor(pen.chartRows / 2), valueText(tile.value, tile.unit)],
  ]);
  return rows.map((row, at) => `${pen.paint(row, 'green')} ${fitted(labels.get(at) ?? '', AXIS)}`);
}

/** From 0 where that is no waste of room: to 100 for percents, else to the end of the scale or the greatest value. */
function scaleOf({ unit, max }: ChartTile, present: readonly number[]): Scale {
  const most = unit === '%' ? 100 : (max ?? Math.max(...present));
  const least = Math.min(0, unit === '%' ? 0 : Math.min(...present));
  return { least, most: most > least ? most : least + 1 };
}

function asciiRows(
  points: readonly (number | null)[],
  { width, height }: { width: number; height: number },
  scale: Scale,
) {
  const shown = points.slice(-width);
  const heights = shown.map((value) =>
    value === null
      ? -1
      : Math.round(Math.min(1, Math.max(0, (value - scale.least) / (scale.most - scale.least))) * (height - 1)),
  );
  const indent = ' '.repeat(width - shown.length);
  return Array.from(
    { length: height },
    (_, row) => indent + heights.map((at) => (at === height - 1 - row ? '*' : ' ')).join(''),
  );
}

function checks({ checks: all }: ChecksTile, pen: Pen): string[] {
  if (all.length === 0) return ['no checks'];
  return grid(
    all.map(({ name, state, output }) => [
      pen.paint(`${signOf(state, pen.unicode)} ${state}`, colourOf(state)),
      escaped(name),
      colourful(output.split('\n', 1)[0] ?? ''),
    ]),
  );
}

function members({ members: all }: MembersTile, pen: Pen): string[] {
  return grid(
    all.map(({ name, state, zone, groups }) => [
      pen.paint(`${signOf(state, pen.unicode)} ${state}`, colourOf(state)),
      escaped(name),
      escaped(zone),
      escaped(groups.join(', ')),
    ]),
  );
}

/** Rows whose columns stand below each other. */
function grid(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, shownWidth(cell));
  return rows.map((row) =>
    row
      .map((cell, at) => fitted(cell, widths[at] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

const valueText = (value: number | null, unit: string): string =>
  value === null ? 'n/a' : `${numberText(value)} ${escaped(unit)}`.trimEnd();

/** At most two decimals; large numbers in thousands and so on, as there is little room. */
function numberText(value: number): string {
  const size = Math.abs(value);
  const [divisor, suffix] = size >= 1e12 ? [1e12, 'T'] : size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : [1, ''];
  return `${Math.round((value / divisor) * 100) / 100}${suffix}`;
}
