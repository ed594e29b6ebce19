import { fitted } from './consolidating.ts';
import { shortText } from './number-text.ts';
import type { RenderSeries } from './series.ts';
import { localTime } from './zoned-time.ts';

/** How a picture is drawn; sizes are pixels. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly timeZone: string;
}

const COLOURS = ['#3274d9', '#e02f44', '#56a64b', '#ff9830', '#a352cc', '#00a3a3', '#8f5a2a', '#e55fa3'] as const;
/** Room for the numbers on the left, for times, and around it all. */
const [LEFT, BOTTOM, EDGE] = [56, 18, 10];
const LEGEND_LINE = 14;
const MOST_NAMED = 10;
const LETTER = 6.5;
const LINES = 4;
const DAY = 86_400;

/** Where values and times are in the picture. */
interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly least: number;
  readonly most: number;
  readonly start: number;
  readonly end: number;
}

/** Series as a picture in SVG: a line for each, with scales, and the names of the first ten. */
export function svgOf(all: readonly RenderSeries[], picture: Picture): string {
  const { width, height } = picture;
  const series = all.length === 0 ? all : fitted(all, width);
  const named = Math.min(MOST_NAMED, series.length);
  const frame = frameOf(series, { ...picture, height: height - named * LEGEND_LINE });
  const parts = [
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...scaleOf(frame),
    ...timesOf(frame, picture.timeZone),
    ...series.map((each, at) => `<path d="${lineOf(each, frame)}" stroke="${colourOf(at)}"/>`),
    ...series.slice(0, named).map((each, at) => nameOf(each, at, { x: LEFT, y: frame.bottom + BOTTOM, width })),
  ];
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const style = '<style>path{fill:none;stroke-linecap:round}text{font:10px sans-serif}line{stroke:#ddd}</style>';
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${style}${parts.join('')}</svg>\n`;
}

function frameOf(all: readonly RenderSeries[], { width, height }: Picture): Frame {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { values } of all) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  if (least > most) [least, most] = [0, 1];
  const spread = most - least || Math.abs(most) || 1;
  const start = all.reduce((first, series) => Math.min(first, series.start), Number.POSITIVE_INFINITY);
  const end = all.reduce((last, series) => Math.max(last, series.end), Number.NEGATIVE_INFINITY);
  return {
    ...{ left: LEFT, right: Math.max(LEFT + 1, width - EDGE), top: EDGE },
    bottom: Math.max(EDGE + 1, height - BOTTOM),
    ...{ least: least === most ? least - spread / 2 : least, most: least === most ? most + spread / 2 : most },
    ...(start < end ? { start, end } : { start: 0, end: 1 }),
  };
}

const xOf = (time: number, { left, right, start, end }: Frame): string =>
  (left + ((time - start) / (end - start)) * (right - left)).toFixed(1);

const yOf = (value: number, { top, bottom, least, most }: Frame): string =>
  (bottom - ((value - least) / (most - least)) * (bottom - top)).toFixed(1);

/** A line that ends where there is no value; a value alone is a dot. */
function lineOf({ values, start, step }: RenderSeries, frame: Frame): string {
  let path = '';
  let isDrawing = false;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    const isThere = Number.isFinite(value);
    if (isThere)
      path += `${isDrawing ? 'L' : 'M'}${xOf(start + at * step, frame)} ${yOf(value, frame)}${isDrawing ? '' : 'h0'}`;
    isDrawing = isThere;
  }
  return path;
}

function scaleOf(frame: Frame): string[] {
  return Array.from({ length: LINES + 1 }, (_, at) => {
    const value = frame.least + ((frame.most - frame.least) * at) / LINES;
    const y = yOf(value, frame);
    const text = `<text x="${frame.left - 4}" y="${y}" dy="3" text-anchor="end">${shortText(value)}</text>`;
    return `<line x1="${frame.left}" x2="${frame.right}" y1="${y}" y2="${y}"/>${text}`;
  });
}

function timesOf(frame: Frame, timeZone: string): string[] {
  if (frame.start === 0) return [];
  return Array.from({ length: LINES }, (_, at) => {
    const time = frame.start + ((frame.end - frame.start) * at) / LINES;
    const { month, day, hour, minute } = localTime(Math.floor(time), timeZone);
    const [first, second, sign] = frame.end - frame.start > 2 * DAY ? [month, day, '-'] : [hour, minute, ':'];
    const text = `${String(first).padStart(2, '0')}${sign}${String(second).padStart(2, '0')}`;
    return `<text x="${xOf(time, frame)}" y="${frame.bottom + 12}">${text}</text>`;
  });
}

const colourOf = (at: number): string => COLOURS[at % COLOURS.length] ?? COLOURS[0];

function nameOf(
  { name }: RenderSeries,
  at: number,
  { x, y, width }: { readonly x: number; readonly y: number; readonly width: number },
): string {
  const base = y + (at + 0.8) * LEGEND_LINE;
  const most = Math.max(1, Math.floor((width - x - EDGE) / LETTER));
  const shown = name.length > most ? `${name.slice(0, most - 1)}…` : name;
  return `<rect x="${x - 12}" y="${base - 8}" width="8" height="8" fill="${colourOf(at)}"/><text x="${x}" y="${base}">${escaped(shown)}</text>`;
}

/** Names come from the network: no sign of XML, and nothing that XML must not have. */
const escaped = (text: string): string =>
  text.replace(/[\p{Cc}\uFFFE\uFFFF]/gu, ' ').replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
