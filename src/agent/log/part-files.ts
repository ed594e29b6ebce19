import { closeSync, existsSync, fstatSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { localDay } from '../../base/local-time.ts';
import { daysBetween, midnightAfter } from './days.ts';

/** Files of one part and one day that are kept when the size makes it begin a new one; the oldest goes first. */
const MOST_OF_A_DAY = 9;
/** A write that would be one day late at a change of summer time is early instead. */
const AFTER_MIDNIGHT_MS = 1_000;

/** How much of the log is kept. */
export interface LogKeeping {
  /** Days after which the file of a day is removed. */
  readonly keepDays: number;
  /** Bytes after which a file is set aside and a new one begun. */
  readonly maxBytes: number;
}

interface OpenFile {
  readonly fd: number;
  /** The local day its lines are of. */
  readonly day: string;
  bytes: number;
}

/**
 * One file per part, begun anew every local midnight: that of a past day gets its name, `<part>.log.YYYY-MM-DD`, and further ones of the
 * same day `.1`, `.2`. A disk that takes nothing makes no trouble for those who have something to say: `failure` tells.
 */
export class PartFiles implements Disposable {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #files = new Map<string, OpenFile>();
  #keeping: LogKeeping;
  #midnight: Disposable | undefined;
  #failure = '';

  constructor(directory: string, clock: Clock, keeping: LogKeeping) {
    this.#directory = directory;
    this.#clock = clock;
    this.#keeping = keeping;
    this.#awaitMidnight();
    this.#removeOld();
  }

  /** Why the last line could not be written; empty when it was. */
  get failure(): string {
    return this.#failure;
  }

  /** From now on so much is kept. */
  keep(keeping: LogKeeping): void {
    this.#keeping = keeping;
    this.#removeOld();
  }

  /** Adds a line to the file of a part. */
  write(part: string, text: string): void {
    try {
      const file = this.#fileFor(part);
      file.bytes += writeSync(file.fd, `${text}\n`);
      this.#failure = '';
    } catch (error) {
      this.#failure = `a line of the log cannot be written: ${messageOf(error)}`;
    }
  }

  /** The files are opened again at their next line. */
  close(): void {
    for (const { fd } of this.#files.values()) closeSync(fd);
    this.#files.clear();
  }

  [Symbol.dispose](): void {
    this.#midnight?.[Symbol.dispose]();
    this.close();
  }

  #fileFor(part: string): OpenFile {
    const today = localDay(this.#clock.wall());
    const open = this.#files.get(part) ?? this.#open(part, today);
    if (open.day === today && open.bytes < this.#keeping.maxBytes) return open;
    this.#setAside(part, open.day);
    return this.#open(part, today);
  }

  #open(part: string, today: string): OpenFile {
    const fd = openSync(this.#path(part), 'a', 0o640);
    const { size: bytes, mtimeMs } = fstatSync(fd);
    const file = { fd, day: bytes === 0 ? today : localDay(mtimeMs), bytes };
    this.#files.set(part, file);
    return file;
  }

  #setAside(part: string, day: string): void {
    const open = this.#files.get(part);
    if (open !== undefined) closeSync(open.fd);
    this.#files.delete(part);
    const base = `${this.#path(part)}.${day}`;
    const names = [base, ...Array.from({ length: MOST_OF_A_DAY }, (_, index) => `${base}.${index + 1}`)];
    const free = names.find((name) => !existsSync(name));
    if (free !== undefined) {
      renameSync(this.#path(part), free);
      return;
    }
    // The oldest goes, the others move up, so that the numbers keep their order.
    for (const [index, name] of names.entries()) renameSync(names[index + 1] ?? this.#path(part), name);
  }

  #awaitMidnight(): void {
    const now = this.#clock.wall();
    this.#midnight = this.#clock.after(midnightAfter(now) - now + AFTER_MIDNIGHT_MS, () => {
      this.#awaitMidnight();
      this.#turnOver();
    });
  }

  /** Also what nobody writes to today gets the name of its day. */
  #turnOver(): void {
    const today = localDay(this.#clock.wall());
    try {
      for (const [part, { day }] of [...this.#files]) if (day !== today) this.#setAside(part, day);
    } catch (error) {
      this.#failure = `the log cannot be set aside: ${messageOf(error)}`;
    }
    this.#removeOld();
  }

  #removeOld(): void {
    const today = localDay(this.#clock.wall());
    try {
      for (const name of readdirSync(this.#directory)) {
        const day = dayIn(name);
        if (day !== undefined && daysBetween(day, today) > this.#keeping.keepDays)
          rmSync(join(this.#directory, name), { force: true });
      }
    } catch (error) {
      this.#failure = `old log files cannot be removed: ${messageOf(error)}`;
    }
  }

  #path(part: string): string {
    return join(this.#directory, `${part}.log`);
  }
}

/** Of which day a file of the log is that was set aside, or that was written on demand; `undefined` for every other file. */
function dayIn(name: string): string | undefined {
  const day = /\.log\.(\d{4}-\d\d-\d\d)(?:\.\d+)?$/.exec(name)?.[1];
  if (day !== undefined) return day;
  const written = /^debug-(\d{9,11})\.json$/.exec(name)?.[1];
  return written === undefined ? undefined : localDay(Number(written) * 1_000);
}
