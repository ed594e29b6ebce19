import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, every } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { Sender } from './sender.ts';
import { Spool } from './spool.ts';
import { type Range, Unsent } from './unsent.ts';
import type { Dial } from './wire.ts';

const SEGMENT = 8 * 1024 * 1024;
const FLUSH_MS = 1_000;
/** Lines in memory: so many are written early, and no more are kept while the disk takes none. */
const MOST_WAITING = 10_000;

/** Somebody who gets points, as lines. */
export interface Target extends AsyncDisposable {
  add(line: string): void;
  stats(): TargetStats;
}

/** How somebody gets his points. */
export interface TargetStats {
  /** Lines that only memory has. */
  readonly queue: number;
  /** Bytes that wait on disk. */
  readonly spoolBytes: number;
  readonly sent: number;
  /** Lines that were given up. */
  readonly dropped: number;
  /** Why nothing can be sent; empty while it can. */
  readonly failure: string;
}

/** What a target with a spool is opened with. */
export interface SpooledTargetOptions {
  readonly name: string;
  /** Of its own. */
  readonly directory: string;
  /** Bytes that may wait on disk. */
  readonly most: number;
  readonly dial: Dial;
  readonly encode: (lines: Buffer) => Buffer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Opens a target whose lines go to disk first, and over a connection from there. */
export async function openSpooledTarget(options: SpooledTargetOptions): Promise<Target> {
  const spool = await Spool.open(options.directory, { segment: SEGMENT, total: options.most });
  const unsent = new Unsent(await keptRanges(options.directory));
  unsent.gone(spool.first);
  return new SpooledTarget(options, spool, unsent);
}

class SpooledTarget implements Target {
  readonly #options: SpooledTargetOptions;
  readonly #spool: Spool;
  readonly #unsent: Unsent;
  readonly #sender: Sender;
  readonly #timer: Disposable;
  #work: Promise<void> = Promise.resolve();
  #isFlushing: boolean = false;
  #failure = '';
  #kept = '';

  constructor(options: SpooledTargetOptions, spool: Spool, unsent: Unsent) {
    const { name: target, dial, encode, clock, random, log } = options;
    this.#options = options;
    this.#spool = spool;
    this.#unsent = unsent;
    this.#sender = new Sender({ target, spool, unsent, dial, encode, clock, random, log });
    this.#timer = every(clock, FLUSH_MS, () => this.#flush());
  }

  add(line: string): void {
    this.#spool.add(line);
    if (this.#spool.waiting >= MOST_WAITING) this.#flush();
  }

  stats(): TargetStats {
    const { sent, failure } = this.#sender.state;
    const { waiting: queue, dropped, end } = this.#spool;
    return { queue, dropped, sent, spoolBytes: this.#unsent.left(end), failure: failure || this.#failure };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer[Symbol.dispose]();
    // What came while the disk was busy is not in the write that goes on.
    await this.#work;
    this.#flush();
    await this.#work;
    await this.#sender.stop();
    await keepRanges(this.#options.directory, this.#unsent.ranges).catch(() => {});
  }

  /** What comes while the disk is busy waits for the next turn. */
  #flush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.#work = this.#flushNow()
      .then(() => this.#noteFailure(''))
      .catch((error: unknown) => this.#noteFailure(messageOf(error)))
      .finally(() => {
        this.#isFlushing = false;
      });
  }

  async #flushNow(): Promise<void> {
    const { directory } = this.#options;
    await this.#spool.flush(MOST_WAITING);
    const { safe } = this.#unsent;
    this.#unsent.gone(await this.#spool.shrink(safe));
    // After a crash nobody knows what arrived of what was sent last.
    const { doubtful } = this.#unsent;
    const text = JSON.stringify(doubtful);
    if (text !== this.#kept) await keepRanges(directory, doubtful);
    this.#kept = text;
    await this.#spool.forgetBefore(safe);
  }

  #noteFailure(reason: string): void {
    const { name: target, log } = this.#options;
    if (reason !== '' && this.#failure === '')
      log.error({ target, reason }, 'points for others cannot be kept on disk');
    this.#failure = reason;
  }
}

const fileIn = (directory: string): string => join(directory, 'unsent.json');

/** The end of the last range is no number that JSON has. */
async function keepRanges(directory: string, ranges: readonly Range[]): Promise<void> {
  const path = fileIn(directory);
  await writeFile(`${path}.new`, `${JSON.stringify(ranges)}\n`, { mode: 0o640 });
  await rename(`${path}.new`, path);
}

/** Without a readable file everything that is there is sent again. */
async function keptRanges(directory: string): Promise<readonly Range[] | undefined> {
  try {
    const read: unknown = JSON.parse(await readFile(fileIn(directory), 'utf8'));
    const ranges = Array.isArray(read) ? read.flatMap(rangeOf) : [];
    return ranges.at(-1)?.to === Number.POSITIVE_INFINITY ? ranges : undefined;
  } catch {
    return undefined;
  }
}

function rangeOf(kept: { readonly from?: unknown; readonly to?: unknown } | null): Range[] {
  const from = kept?.from;
  const to = kept?.to ?? Number.POSITIVE_INFINITY;
  return Number.isSafeInteger(from) && typeof to === 'number' ? [{ from: Number(from), to }] : [];
}
