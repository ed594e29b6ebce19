import { crc32 } from 'node:zlib';
import { writeAll } from '../base/write-all.ts';
import { compact, type Database, type Write } from './database.ts';
import { logKey, readLogKey, wholeLog } from './places.ts';

const POINT = 16;
/** Bytes of points in one record: the first is short, as most agents have few points a second, each further one longer. */
const SHORTEST = 64 * POINT;
const LONGEST = 4_096 * POINT;
const GROWTH = 4;
const CHECK = 4;
/** Series and records of points that are written at once: others may work in between, and no batch is ever large. */
const SERIES_AT_ONCE = 256;
const RECORDS_AT_ONCE = 16;
/** Bytes of forgotten records that may stay on the disk until they are cleared away. */
const MOST_DEAD = 4 * 1_024 * 1_024;

/** A point as the log keeps it: the number of its series, epoch seconds, and the value. */
export interface LoggedPoint {
  readonly id: number;
  readonly time: number;
  readonly value: number;
}

/** Room for the points of one record, and for its checksum behind them. */
class Piece {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #length = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size + CHECK);
    this.#view = new DataView(this.bytes.buffer);
  }

  get size(): number {
    return this.bytes.length - CHECK;
  }

  get isFull(): boolean {
    return this.#length + POINT + CHECK > this.bytes.length;
  }

  add(id: number, time: number, value: number): void {
    const at = this.#length;
    this.#view.setUint32(at, id);
    this.#view.setUint32(at + 4, time);
    this.#view.setFloat64(at + 8, value);
    this.#length = at + POINT;
  }

  /** As it is written. */
  record(): Uint8Array {
    const length = this.#length;
    this.#view.setUint32(length, crc32(this.bytes.subarray(0, length)));
    return this.bytes.subarray(0, length + CHECK);
  }

  clear(): void {
    this.#length = 0;
  }
}

/** Writes points down before they are in blocks, many at once, so that a crash costs only what came since the last writing. */
export class Journal {
  readonly #database: Database;
  readonly #writeOf: (place: number) => Write | undefined;
  /** In the order they came; the last one is being filled. */
  #pieces: Piece[] = [];
  #open: Piece | undefined;
  /** One that is used again. */
  #spare: Piece | undefined;
  #next = 0;
  /** Places of series that are not written yet. */
  #series: number[] = [];
  /** Bytes written since the disk was last rid of what was forgotten. */
  #written = 0;

  /** `writeOf` answers what writes the series of a place, if there is still one: made when it is written, not before, as there may be very many. */
  constructor(database: Database, writeOf: (place: number) => Write | undefined) {
    this.#database = database;
    this.#writeOf = writeOf;
  }

  /** Whether everything was written down. */
  get isWritten(): boolean {
    return this.#pieces.length === 0 && this.#series.length === 0;
  }

  /** Notes a point of a series: epoch seconds, and the value. */
  add(id: number, time: number, value: number): void {
    if (this.#open === undefined || this.#open.isFull) this.#open = this.#begin();
    this.#open.add(id, time, value);
  }

  /** The series of a place is to be written, never after its points. */
  addSeries(place: number): void {
    this.#series.push(place);
  }

  /** Writes down what came since the last time. When that fails, what is left is tried again with the next. */
  async write(): Promise<void> {
    if (this.isWritten) return;
    const [pieces, series] = [this.#pieces, this.#series];
    this.#pieces = [];
    this.#open = undefined;
    this.#series = [];
    let [piecesDone, seriesDone] = [0, 0];
    try {
      while (piecesDone < pieces.length || seriesDone < series.length) {
        const someSeries = series.slice(seriesDone, seriesDone + SERIES_AT_ONCE);
        // Points of a number that nobody knows would not be read after a crash.
        const areSeriesDone = seriesDone + someSeries.length === series.length;
        const somePieces = areSeriesDone ? pieces.slice(piecesDone, piecesDone + RECORDS_AT_ONCE) : [];
        await this.#writeSome(someSeries, somePieces);
        seriesDone += someSeries.length;
        piecesDone += somePieces.length;
      }
    } catch (error) {
      this.#pieces = [...pieces.slice(piecesDone), ...this.#pieces];
      this.#series = [...series.slice(seriesDone), ...this.#series];
      throw error;
    }
    // The longest of them.
    this.#spare = pieces.at(-1);
    this.#spare?.clear();
  }

  /** A mark: what is written from now on is behind it. */
  mark(): number {
    return this.#next;
  }

  /** Forgets what was written before a mark. */
  async forgetBefore(mark: number): Promise<void> {
    const forgotten = { gte: wholeLog.gte, lt: logKey(mark) };
    await this.#database.clear(forgotten);
    if (this.#written < MOST_DEAD) return;
    await compact(this.#database, forgotten);
    this.#written = 0;
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

  async #writeSome(series: readonly number[], pieces: readonly Piece[]): Promise<void> {
    const records = pieces.map((piece) => {
      return { type: 'put', key: logKey(this.#next++), value: piece.record() } as const;
    });
    await writeAll(this.#database, this.#writesOf(series, records));
    for (const { value } of records) this.#written += value.length;
  }

  /** One after the other, so that none of them is there for long. */
  *#writesOf(series: readonly number[], records: readonly Write[]): Generator<Write> {
    for (const place of series) {
      const write = this.#writeOf(place);
      if (write) yield write;
    }
    yield* records;
  }

  #begin(): Piece {
    const size = this.#open === undefined ? SHORTEST : Math.min(LONGEST, GROWTH * this.#open.size);
    const piece = this.#spare ?? new Piece(size);
    this.#spare = undefined;
    this.#pieces.push(piece);
    return piece;
  }
}
