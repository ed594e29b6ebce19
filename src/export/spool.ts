import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../base/errors.ts';

/** Places of one segment, so that a place is one number: that of its segment times this, and the bytes before it. */
const ROOM = 2 ** 26;
const NAME = /^(\d{12})\.lines$/;
const LINE_FEED = 10;

/** How much a spool may hold. */
export interface SpoolLimits {
  /** Bytes after which a segment is full. */
  readonly segment: number;
  /** Bytes of all segments; when there are more, the oldest goes. */
  readonly total: number;
}

/** Whole lines, and the place behind them. */
export interface Lines {
  readonly bytes: Buffer;
  readonly next: number;
}

interface Segment {
  readonly number: number;
  /** Bytes in its file. */
  size: number;
}

/**
 * Lines on disk in the order they came, in files of some size each: written at one end, read from any place, forgotten at the other end.
 * Places are numbers that grow.
 */
export class Spool {
  readonly #directory: string;
  readonly #limits: SpoolLimits;
  #segments: Segment[];
  #waiting: string[] = [];
  #waitingLength = 0;
  /** Lines that had to go unread. */
  dropped = 0;

  private constructor(directory: string, limits: SpoolLimits, segments: Segment[]) {
    this.#directory = directory;
    this.#limits = limits;
    this.#segments = segments;
  }

  /** Opens the spool in a directory, which is made when it is not there. What a crash left of a last line is cut off. */
  static async open(directory: string, limits: SpoolLimits): Promise<Spool> {
    await mkdir(directory, { recursive: true, mode: 0o750 });
    const numbers = (await readdir(directory)).flatMap((name) => Number(NAME.exec(name)?.[1] ?? Number.NaN));
    const segments: Segment[] = [];
    for (const number of numbers.filter(Number.isInteger).sort((a, b) => a - b)) {
      segments.push({ number, size: (await stat(join(directory, nameOf(number)))).size });
    }
    const spool = new Spool(directory, limits, segments);
    await spool.#mend();
    return spool;
  }

  /** The place behind the last line that is on disk. */
  get end(): number {
    const last = this.#segments.at(-1);
    return last ? last.number * ROOM + last.size : 0;
  }

  /** The place of the first line that is still there. */
  get first(): number {
    return (this.#segments[0]?.number ?? 0) * ROOM;
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#segments.reduce((sum, { size }) => sum + size, 0);
  }

  /** Lines that are only in memory. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Characters that are only in memory. */
  get waitingLength(): number {
    return this.#waitingLength;
  }

  /** Takes a line, which ends in a line feed; it can be read when it is flushed. */
  add(line: string): void {
    this.#waiting.push(line);
    this.#waitingLength += line.length;
  }

  /** Writes what is only in memory. When that fails, it stays there, but for the oldest lines beyond `most`. One call at a time. */
  async flush(most: number): Promise<void> {
    if (this.#waiting.length === 0) return;
    const lines = this.#waiting;
    this.#waiting = [];
    this.#waitingLength = 0;
    try {
      await this.#append(Buffer.from(lines.join('')));
    } catch (error) {
      const all = [...lines, ...this.#waiting];
      this.#waiting = all.slice(-most);
      this.#waitingLength = this.#waiting.reduce((sum, line) => sum + line.length, 0);
      this.dropped += all.length - this.#waiting.length;
      throw error;
    }
  }

  /** Whole lines from a place on and up to another, about so many bytes of one segment; nothing when there are none. */
  async read(from: number, to: number, bytes: number): Promise<Lines | undefined> {
    const segment = this.#segments.find(({ number, size }) => number * ROOM + size > from);
    if (!segment) return undefined;
    const base = segment.number * ROOM;
    const start = Math.max(0, from - base);
    const length = Math.min(segment.size - start, bytes, to - base - start);
    if (length <= 0) return undefined;
    const piece = await this.#piece(segment.number, start, length).catch(nothingWhenGone);
    const whole = piece.lastIndexOf(LINE_FEED) + 1;
    // A line that is longer than the piece is read alone.
    if (whole === 0)
      return piece.length === length && bytes < this.#limits.segment ? await this.read(from, to, 4 * bytes) : undefined;
    return { bytes: piece.subarray(0, whole), next: base + start + whole };
  }

  /** Forgets the segments that lie wholly before a place; the one that is written to stays. */
  async forgetBefore(place: number): Promise<void> {
    while (this.#segments.length > 1) {
      const [oldest, next] = this.#segments;
      if (!oldest || !next || next.number * ROOM > place) return;
      this.#segments.shift();
      await rm(join(this.#directory, nameOf(oldest.number)), { force: true });
    }
  }

  /** Makes room when there is too much; answers where the lines begin then. Unread lines that go are counted from `place` on. */
  async shrink(place: number): Promise<number> {
    while (this.bytes > this.#limits.total && this.#segments.length > 1) {
      const [oldest] = this.#segments;
      if (!oldest) break;
      const start = Math.max(0, place - oldest.number * ROOM);
      if (start < oldest.size) this.dropped += countLines(await this.#piece(oldest.number, start, oldest.size - start));
      this.#segments.shift();
      await rm(join(this.#directory, nameOf(oldest.number)), { force: true });
    }
    return this.first;
  }

  async #append(bytes: Buffer): Promise<void> {
    const segment = this.#lastWithRoom();
    const file = await open(join(this.#directory, nameOf(segment.number)), 'a', 0o640);
    try {
      // Where a write before failed half way, this one goes on behind the last whole one.
      await file.truncate(segment.size);
      await file.appendFile(bytes);
      segment.size += bytes.length;
    } finally {
      await file.close();
    }
  }

  #lastWithRoom(): Segment {
    const last = this.#segments.at(-1);
    if (last && last.size < this.#limits.segment) return last;
    const fresh = { number: (last?.number ?? 0) + 1, size: 0 };
    this.#segments.push(fresh);
    return fresh;
  }

  async #piece(number: number, start: number, length: number): Promise<Buffer> {
    const file = await open(join(this.#directory, nameOf(number)), 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, start);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async #mend(): Promise<void> {
    const last = this.#segments.at(-1);
    if (!last || last.size === 0) return;
    const tail = Math.min(last.size, 65_536);
    const piece = await this.#piece(last.number, last.size - tail, tail);
    last.size -= piece.length - (piece.lastIndexOf(LINE_FEED) + 1);
  }
}

/** A segment may go while it is about to be read. */
function nothingWhenGone(error: unknown): Buffer {
  if (systemCode(error) === 'ENOENT') return Buffer.alloc(0);
  throw error;
}

const nameOf = (number: number): string => `${String(number).padStart(12, '0')}.lines`;

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}
