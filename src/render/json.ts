import { LONGEST_NUMBER, writeNumber } from './digits.ts';
import type { RenderSeries } from './series.ts';

const [COMMA, OPEN, CLOSE] = [44, 91, 93];
const NULL = Buffer.from('null');
/** More bytes than a pair of value and time takes, with what is around it. */
const LONGEST_PAIR = 2 * LONGEST_NUMBER + 4;
/** What most of them take. */
const USUAL_PAIR = 24;

/** How many values of a series are shown: those that begin no later than it ends. */
export const shownOf = ({ start, end, step, values }: RenderSeries): number =>
  Math.min(values.length, Math.floor((end - start) / step) + 1);

/** Series as Grafana takes them, in JSON: each with pairs of value and epoch seconds. */
export function jsonOf(all: readonly RenderSeries[], { isDense }: { readonly isDense: boolean }): Buffer<ArrayBuffer> {
  const pieces: Buffer[] = [];
  for (const series of all) {
    if (isDense && !hasValues(series)) continue;
    const tags = Array.from(series.tags, ([tag, value]) => `${JSON.stringify(tag)}:${JSON.stringify(value)}`);
    const head = `{"target":${JSON.stringify(series.name)},"tags":{${tags.join(',')}},"datapoints":[`;
    pieces.push(Buffer.from(`${pieces.length === 0 ? '[' : ','}${head}`), pointsOf(series, isDense), Buffer.from(']}'));
  }
  return Buffer.concat([...pieces, Buffer.from(pieces.length === 0 ? '[]' : ']')]);
}

function hasValues(series: RenderSeries): boolean {
  const length = shownOf(series);
  for (let at = 0; at < length; at++) if (Number.isFinite(series.values[at] as number)) return true;
  return false;
}

function pointsOf(series: RenderSeries, isDense: boolean): Buffer {
  const { start, step, values } = series;
  const length = shownOf(series);
  let bytes = Buffer.allocUnsafe(USUAL_PAIR * length + LONGEST_PAIR);
  let at = 0;
  for (let index = 0; index < length; index++) {
    const value = values[index] as number;
    if (isDense && !Number.isFinite(value)) continue;
    if (bytes.length - at < LONGEST_PAIR) bytes = Buffer.concat([bytes], 2 * bytes.length);
    if (at > 0) bytes[at++] = COMMA;
    at = writePair(bytes, at, value, start + index * step);
  }
  return bytes.subarray(0, at);
}

function writePair(bytes: Buffer, from: number, value: number, time: number): number {
  bytes[from] = OPEN;
  let at = from + 1;
  if (Number.isFinite(value)) at = writeNumber(bytes, at, value);
  else at += NULL.copy(bytes, at);
  bytes[at++] = COMMA;
  at = writeNumber(bytes, at, time);
  bytes[at] = CLOSE;
  return at + 1;
}
