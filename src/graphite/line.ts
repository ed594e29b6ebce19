import { readNumber } from '../base/read-number.ts';

const [TAB, BLANK, MINUS, ONE, CAPITAL_N] = [9, 32, 45, 49, 78];

/** Why a line gives no point. */
export type LineFault = 'fields' | 'value' | 'time';

/** A line `path value time`, read in place: one object reads line after line. */
export class PointLine {
  pathStart = 0;
  pathEnd = 0;
  value = 0;
  /** Epoch seconds; -1 is now. */
  time = 0;

  /** Reads the line at these bytes; answers what is wrong with it. */
  read(bytes: Uint8Array, start: number, end: number): LineFault | undefined {
    this.pathStart = nextField(bytes, start, end);
    this.pathEnd = endOfField(bytes, this.pathStart, end);
    const valueStart = nextField(bytes, this.pathEnd, end);
    const valueEnd = endOfField(bytes, valueStart, end);
    const timeStart = nextField(bytes, valueEnd, end);
    const timeEnd = endOfField(bytes, timeStart, end);
    if (timeStart === timeEnd || nextField(bytes, timeEnd, end) !== end) return 'fields';
    this.value = readNumber(bytes, valueStart, valueEnd);
    if (Number.isNaN(this.value)) return 'value';
    this.time = isNow(bytes, timeStart, timeEnd) ? -1 : Math.trunc(readNumber(bytes, timeStart, timeEnd));
    return this.time >= 0 || this.time === -1 ? undefined : 'time';
  }
}

function nextField(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] === BLANK || bytes[at] === TAB)) at++;
  return at;
}

function endOfField(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== BLANK && bytes[at] !== TAB) at++;
  return at;
}

function isNow(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start === 1) return bytes[start] === CAPITAL_N;
  return end - start === 2 && bytes[start] === MINUS && bytes[start + 1] === ONE;
}
