/** A point that goes out; the time is epoch seconds. */
export interface OutPoint {
  readonly name: string;
  readonly value: number;
  readonly time: number;
}

const FRAME_POINTS = 500;
const MARK = 0x28;

/** The line of a point, with its end; blanks of its name become `_`, as they would end it. */
export function lineOf(prefix: string, { name, value, time }: OutPoint): string {
  const path = prefix === '' ? name : `${prefix}.${name}`;
  return `${/\s/.test(path) ? path.replace(/\s/g, '_') : path} ${value} ${time}\n`;
}

/** Whole lines as pickles of Python (protocol 2), each behind its length: `[(path, (time, value)), ...]`, 500 points at most. */
export function pickled(lines: Buffer): Buffer {
  const all = lines.toString('utf8').split('\n').filter(Boolean);
  const frames: Buffer[] = [];
  for (let from = 0; from < all.length; from += FRAME_POINTS)
    frames.push(frameOf(all.slice(from, from + FRAME_POINTS)));
  return Buffer.concat(frames);
}

/** Protocol 2, an empty list, a mark, the points, and the end of list and pickle. */
function frameOf(lines: readonly string[]): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 0x80, 2, 0x5d, MARK]);
  const frame = Buffer.concat([head, ...lines.map(pointOf), Buffer.from('e.')]);
  frame.writeUInt32BE(frame.length - 4, 0);
  return frame;
}

function pointOf(line: string): Buffer {
  const [path = '', value = '0', time = '0'] = line.split(' ');
  const name = Buffer.from(path);
  const point = Buffer.allocUnsafe(5 + name.length + 5 + 9 + 2);
  let at = point.writeUInt8(0x58, 0);
  at = point.writeUInt32LE(name.length, at);
  at += name.copy(point, at);
  at = point.writeUInt8(0x4a, at);
  at = point.writeInt32LE(Number(time), at);
  at = point.writeUInt8(0x47, at);
  at = point.writeDoubleBE(Number(value), at);
  // Two tuples of two.
  at = point.writeUInt8(0x86, at);
  point.writeUInt8(0x86, at);
  return point;
}

/** Whole lines as datagrams of at most so many bytes. */
export function* datagrams(lines: Buffer, most: number): Generator<Buffer> {
  for (let from = 0; from < lines.length; ) {
    const isRest = lines.length - from <= most;
    const end = isRest ? lines.length : lines.lastIndexOf(10, from + most - 1) + 1;
    if (end <= from) {
      // A line that fits into no datagram is left out.
      from = lines.indexOf(10, from) + 1;
      continue;
    }
    yield lines.subarray(from, end);
    from = end;
  }
}
