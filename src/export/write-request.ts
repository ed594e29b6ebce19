// The body of Prometheus' remote write 1.0: a message of protobuf in a block of snappy.
import { prometheusName } from '../model/prometheus-name.ts';

/** A point with its name as it is stored; the time is epoch seconds. */
interface WrittenPoint {
  readonly name: string;
  readonly value: number;
  readonly time: number;
}

const STRING = 2;
const DOUBLE = 1;
const NAME = '__name__';
/** Longest literal of snappy whose length stands in its first byte. */
const MOST_LITERAL = 60;

/** Points as one request; labels are added to those that a series has, which win. */
export function writeRequest(points: readonly WrittenPoint[], labels: ReadonlyMap<string, string>): Buffer {
  return Buffer.concat(points.map((point) => message(1, timeSeries(point, labels))));
}

function timeSeries({ name: written, value, time }: WrittenPoint, more: ReadonlyMap<string, string>): Buffer {
  const { name, labels } = prometheusName(written);
  const all = [...new Map([...more, ...labels, [NAME, name]])].sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  const pairs = all.map(([label, text]) => message(1, Buffer.concat([textField(1, label), textField(2, text)])));
  return Buffer.concat([...pairs, message(2, sample(value, time * 1_000))]);
}

function sample(value: number, milliseconds: number): Buffer {
  const number = Buffer.alloc(9);
  number[0] = (1 << 3) | DOUBLE;
  number.writeDoubleLE(value, 1);
  return Buffer.concat([number, Buffer.of(2 << 3), varint(milliseconds)]);
}

const textField = (field: number, text: string): Buffer => message(field, Buffer.from(text));

const message = (field: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.of((field << 3) | STRING), varint(bytes.length), bytes]);

function varint(number: number): Buffer {
  const bytes: number[] = [];
  let rest = number;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** Bytes as a block of snappy that repeats nothing: every reader takes it, and no library is needed. */
export function snappyLiterals(bytes: Buffer): Buffer {
  const pieces = [varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += MOST_LITERAL) {
    const piece = bytes.subarray(at, at + MOST_LITERAL);
    pieces.push(Buffer.of((piece.length - 1) << 2), piece);
  }
  return Buffer.concat(pieces);
}
