// Charts as msgpack (https://github.com/msgpack/msgpack/blob/master/spec.md), under the names that graphite-web uses in it.
import type { RenderSeries } from './series.ts';

const [NIL, FLOAT64, STR16, STR32, ARRAY32, UINT32] = [0xc0, 0xcb, 0xda, 0xdb, 0xdd, 0xce];
const FIX_STR = 0xa0;
const FIX_MAP = 0x80;
const NUMBER = 9;

/** A list with a map for each series: its name, times in epoch seconds, how it was asked for, and its values or nil. */
export function msgpackOf(all: readonly RenderSeries[]): Uint8Array {
  return Buffer.concat([head(ARRAY32, 4, all.length), ...all.flatMap(seriesBytes)]);
}

function seriesBytes(series: RenderSeries): readonly Uint8Array[] {
  const { name, start, end, step, pathExpression, consolidation, xFilesFactor, values } = series;
  const fields: Readonly<Record<string, Uint8Array>> = {
    name: text(name),
    start: whole(start),
    end: whole(end),
    step: whole(step),
    values: numbers(values),
    pathExpression: text(pathExpression),
    valuesPerPoint: whole(1),
    consolidationFunc: text(consolidation),
    xFilesFactor: numberBytes(xFilesFactor),
  };
  const entries = Object.entries(fields);
  return [Uint8Array.of(FIX_MAP | entries.length), ...entries.flatMap(([field, bytes]) => [text(field), bytes])];
}

/** A head and the number behind it. */
function head(kind: number, width: 2 | 4, value: number): Buffer {
  const bytes = Buffer.alloc(1 + width, kind);
  bytes.writeUIntBE(value, 1, width);
  return bytes;
}

/** A time may be before 1970 or far away, which takes a floating point number. */
const whole = (value: number): Uint8Array =>
  Number.isInteger(value) && value >= 0 && value < 2 ** 32 ? head(UINT32, 4, value) : numberBytes(value);

function text(written: string): Uint8Array {
  const bytes = Buffer.from(written);
  const { length } = bytes;
  if (length < 32) return Buffer.concat([Uint8Array.of(FIX_STR | length), bytes]);
  return Buffer.concat([length < 2 ** 16 ? head(STR16, 2, length) : head(STR32, 4, length), bytes]);
}

function numberBytes(value: number): Uint8Array {
  const bytes = Buffer.alloc(NUMBER, FLOAT64);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

/** Written in one piece, as there may be millions. */
function numbers(values: Float64Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(1 + 4 + NUMBER * values.length);
  let at = head(ARRAY32, 4, values.length).copy(bytes);
  for (const value of values) {
    const isThere = Number.isFinite(value);
    at = bytes.writeUInt8(isThere ? FLOAT64 : NIL, at);
    if (isThere) at = bytes.writeDoubleBE(value, at);
  }
  return bytes.subarray(0, at);
}
