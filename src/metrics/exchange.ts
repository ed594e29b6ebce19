// Series as they travel between nodes: a length, a head in JSON, and the values as they stand in memory.
import { endianness } from 'node:os';
import { OpsbroError } from '../base/errors.ts';
import { AGGREGATION_METHODS, type AggregationMethod, type SeriesValues } from '../model/series.ts';

/** A series with what its values are brought together by. */
export interface SharedSeries extends SeriesValues {
  readonly method: AggregationMethod;
}

const LENGTH = 4;
const VALUE = 8;
const MOST_HEAD = 8 * 1024 * 1024;
const MOST_STEP = 31_536_000;

type Row = readonly [name: string, method: string, first: number, step: number, count: number];

/** Lists of series as bytes. */
export function packSeries(lists: readonly (readonly SharedSeries[])[]): Uint8Array {
  const rows = lists.map((list) =>
    list.map(({ name, method, first, step, values }): Row => [name, method, first, step, values.length]),
  );
  const json = Buffer.from(JSON.stringify(rows));
  // Blanks at the end of the head let the values begin where they may be read in place.
  const head = Buffer.alloc(Math.ceil((LENGTH + json.length) / VALUE) * VALUE, ' ');
  head.writeUInt32LE(head.length - LENGTH, 0);
  json.copy(head, LENGTH);
  const values = lists.flat().map((series) => bytesOf(series.values));
  return Buffer.concat([head, ...values]);
}

/** The lists of `packSeries`. Throws `peer_failed` for bytes that are none. */
export function unpackSeries(bytes: Uint8Array): readonly (readonly SharedSeries[])[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headLength = bytes.length < LENGTH ? MOST_HEAD + 1 : view.getUint32(0, true);
  if (headLength > MOST_HEAD || LENGTH + headLength > bytes.length) throw broken();
  const lists = readHead(bytes.subarray(LENGTH, LENGTH + headLength));
  let at = LENGTH + headLength;
  const series = lists.map((rows) =>
    rows.map(([name, method, first, step, count]) => {
      const end = at + count * VALUE;
      if (end > bytes.length) throw broken();
      const values = valuesOf(bytes.subarray(at, end));
      at = end;
      return { name, method: method as AggregationMethod, first, step, values };
    }),
  );
  if (at !== bytes.length) throw broken();
  return series;
}

function readHead(bytes: Uint8Array): readonly (readonly Row[])[] {
  let head: unknown;
  try {
    head = JSON.parse(Buffer.from(bytes).toString());
  } catch (cause) {
    throw broken(cause);
  }
  if (Array.isArray(head) && head.every((rows) => Array.isArray(rows) && rows.every(isRow))) return head;
  throw broken();
}

function isRow(row: unknown): row is Row {
  if (!Array.isArray(row) || row.length !== 5) return false;
  const [name, method, first, step, count] = row as readonly unknown[];
  const isWhole = (value: unknown, least: number, most: number) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
  return (
    typeof name === 'string' &&
    AGGREGATION_METHODS.some((known) => known === method) &&
    isWhole(first, 0, Number.MAX_SAFE_INTEGER) &&
    isWhole(step, 1, MOST_STEP) &&
    isWhole(count, 0, MOST_HEAD)
  );
}

function bytesOf(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap64();
}

function valuesOf(bytes: Uint8Array): Float64Array {
  const own = Buffer.from(Uint8Array.from(bytes).buffer);
  if (endianness() !== 'LE') own.swap64();
  return new Float64Array(own.buffer, own.byteOffset, own.length / VALUE);
}

const broken = (cause?: unknown): OpsbroError =>
  new OpsbroError('peer_failed', 'a peer answered with what are no series', { cause });
