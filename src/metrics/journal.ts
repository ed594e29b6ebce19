import { crc32 } from 'node:zlib';
import { writeAll } from '../base/write-all.ts';
import type { Database, Write } from './database.ts';
import { logKey, readLogKey, wholeLog } from './places.ts';

const POINT = 16;
const FIRST_POINTS = 64;
const CHECK = 4;

/** A point as the log keeps it: the number of its series, epoch seconds, and the value. */
export interface LoggedPoint {
  readonly id: number;
  readonly time: number;
  readonly value: number;
}

/** Writes points down before they are in blocks, many at once, so that a crash costs only what came since the last writing. */
export class Journal {
  readonly #database: Database;
  #points = Buffer.allocUnsafe(FIRST_POINTS * POINT);
  #length = 0;
  #next = 0;
  #writes: Write[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  /** Whether everything was written down. */
  get isWritten(): boolean {
    return this.#length === 0 && this.#writes.length === 0;
  }

  /** Notes a point of a series: epoch seconds, and the value. */
  add(id: number, time: number, value: number): void {
    if (this.#length === this.#points.length) this.#grow();
    this.#points.writeUInt32BE(id, this.#length);
    this.#points.writeUInt32BE(time, this.#length + 4);
    this.#points.writeDoubleBE(value, this.#length + 8);
    this.#length += POINT;
  }

  /** Something to be written with the points, never after them. */
  addWrite(write: Write): void {
    this.#writes.push(write);
  }

  /** Writes down what came since the last time. When that fails, it is tried again with the next. */
  async write(): Promise<void> {
    if (this.isWritten) return;
    const [points, length, writes] = [this.#points, this.#length, this.#writes];
    this.#points = Buffer.allocUnsafe(FIRST_POINTS * POINT);
    this.#length = 0;
    this.#writes = [];
    const record = Buffer.alloc(length + CHECK);
    points.copy(record, 0, 0, length);
    record.writeUInt32BE(crc32(record.subarray(0, length)), length);
    const number = this.#next++;
    try {
      await writeAll(this.#database, [...writes, { type: 'put', key: logKey(number), value: record }]);
    } catch (error) {
      this.#takeBack(record.subarray(0, length), writes);
      throw error;
    }
  }

  /** A mark: what is written from now on is behind it. */
  mark(): number {
    return this.#next;
  }

  /** Forgets what was written before a mark. */
  async forgetBefore(mark: number): Promise<void> {
    await this.#database.clear({ gte: wholeLog.gte, lt: logKey(mark) });
  }

  /** What was written before a restart, in its order. Damaged records are left out. */
  async *replay(): AsyncGenerator<LoggedPoint> {
    for await (const [key, value] of this.#database.iterator(wholeLog)) {
      this.#next = readLogKey(key) + 1;
      const record = Buffer.from(value);
      const length = record.length - CHECK;
      if (length < 0 || length % POINT !== 0 || record.readUInt32BE(length) !== crc32(record.subarray(0, length)))
        continue;
      for (let at = 0; at < length; at += POINT) {
        yield { id: record.readUInt32BE(at), time: record.readUInt32BE(at + 4), value: record.readDoubleBE(at + 8) };
      }
    }
  }

  #takeBack(points: Buffer, writes: readonly Write[]): void {
    this.#points = Buffer.concat([points, this.#points.subarray(0, this.#length)]);
    this.#length = this.#points.length;
    this.#writes = [...writes, ...this.#writes];
    if (this.#length === 0) this.#points = Buffer.allocUnsafe(FIRST_POINTS * POINT);
  }

  #grow(): void {
    const larger = Buffer.allocUnsafe(2 * this.#points.length);
    this.#points.copy(larger);
    this.#points = larger;
  }
}
