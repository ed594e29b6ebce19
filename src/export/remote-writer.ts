import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, every } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { lineOf, type OutPoint } from './encode.ts';
import { Spool } from './spool.ts';
import type { TargetStats } from './spooled-target.ts';
import { snappyLiterals, writeRequest } from './write-request.ts';

const SEGMENT = 8 * 1024 * 1024;
const TURN_MS = 5_000;
const MOST_WAITING = 10_000;
/** Points of one request. */
const MOST_POINTS = 500;
const PIECE = 65_536;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const LINE_FEED = 10;

/** What a receiver answered. */
export interface PostAnswer {
  readonly status: number;
  /** Seconds that it asks to wait for. */
  readonly retryAfter: number | undefined;
  /** The first line of the body. */
  readonly text: string;
}

/** What points are written with to one receiver. */
export interface RemoteWriterOptions {
  readonly name: string;
  /** Of its own. */
  readonly directory: string;
  /** Bytes that may wait on disk. */
  readonly most: number;
  /** Labels of every series that does not have them. */
  readonly labels: ReadonlyMap<string, string>;
  /** Sends a body; fails when nobody answers. */
  readonly post: (body: Buffer, signal: AbortSignal) => Promise<PostAnswer>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Opens the way to a receiver of remote write: points go to disk first, and are sent from there every five seconds. */
export async function openRemoteWriter(options: RemoteWriterOptions): Promise<RemoteWriter> {
  const spool = await Spool.open(options.directory, { segment: SEGMENT, total: options.most });
  return new RemoteWriter(options, spool, await keptPlace(options.directory));
}

/** Points on their way to one receiver. What it has taken is never sent again, what it cannot take now waits. */
export class RemoteWriter implements AsyncDisposable {
  readonly #options: RemoteWriterOptions;
  readonly #spool: Spool;
  readonly #timer: Disposable;
  readonly #stop = new AbortController();
  #place: number;
  #work: Promise<void> | undefined;
  #sent = 0;
  #refused = 0;
  #failure = '';
  #wait = FIRST_WAIT_MS;
  #notBefore = 0;

  /** Use `openRemoteWriter`. */
  constructor(options: RemoteWriterOptions, spool: Spool, place: number) {
    this.#options = options;
    this.#spool = spool;
    this.#place = Math.min(Math.max(place, spool.first), spool.end);
    this.#timer = every(options.clock, TURN_MS, () => this.#begin());
  }

  add(point: OutPoint): void {
    this.#spool.add(lineOf('', point));
    if (this.#spool.waiting >= MOST_WAITING) this.#begin();
  }

  stats(): TargetStats {
    const { waiting: queue, end, dropped } = this.#spool;
    const spoolBytes = Math.max(0, end - this.#place);
    return { queue, spoolBytes, sent: this.#sent, dropped: dropped + this.#refused, failure: this.#failure };
  }

  /** Sends what there is, once; resolves when that is done, or has failed. */
  async turn(): Promise<void> {
    this.#begin();
    await this.#work;
  }

  /** Writes down what is not sent. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer[Symbol.dispose]();
    this.#stop.abort();
    await this.#work;
    await this.#spool.flush(MOST_WAITING).catch((error: unknown) => this.#fail(messageOf(error)));
  }

  #begin(): void {
    this.#work ??= this.#turn()
      .catch((error: unknown) => this.#later(messageOf(error), undefined))
      .finally(() => {
        this.#work = undefined;
      });
  }

  async #turn(): Promise<void> {
    await this.#spool.flush(MOST_WAITING);
    this.#place = Math.max(this.#place, await this.#spool.shrink(this.#place));
    while (!this.#stop.signal.aborted && this.#options.clock.now() >= this.#notBefore) {
      const lines = await this.#spool.read(this.#place, this.#spool.end, PIECE);
      if (!lines) return;
      const { bytes, points } = batchIn(lines.bytes);
      if (!(await this.#send(points))) return;
      this.#place = lines.next - lines.bytes.length + bytes;
      await keepPlace(this.#options.directory, this.#place);
      await this.#spool.forgetBefore(this.#place);
    }
  }

  /** Whether the points are done with: taken, or refused for good. */
  async #send(points: readonly OutPoint[]): Promise<boolean> {
    const { labels, post, log, name: target } = this.#options;
    const body = snappyLiterals(writeRequest(points, labels));
    const { status, retryAfter, text } = await post(body, this.#stop.signal);
    if (status === 429 || status >= 500) {
      this.#later(`it answered ${status}: ${text}`, retryAfter);
      return false;
    }
    const isTaken = status >= 200 && status < 300;
    if (isTaken) this.#sent += points.length;
    else {
      this.#refused += points.length;
      log.warn({ target, status, reason: text, points: points.length }, 'points were refused and are given up');
    }
    if (this.#failure !== '') log.info({ target }, 'points are written again');
    [this.#failure, this.#wait, this.#notBefore] = ['', FIRST_WAIT_MS, 0];
    return true;
  }

  #later(reason: string, retryAfter: number | undefined): void {
    if (this.#stop.signal.aborted) return;
    const { clock, random } = this.#options;
    const wait = retryAfter === undefined ? this.#wait * (0.8 + 0.4 * random()) : retryAfter * 1_000;
    this.#notBefore = clock.now() + Math.min(LONGEST_WAIT_MS, wait);
    this.#wait = Math.min(LONGEST_WAIT_MS, 2 * this.#wait);
    this.#fail(reason);
  }

  #fail(reason: string): void {
    const { log, name: target } = this.#options;
    if (this.#failure === '') log.warn({ target, reason }, 'points cannot be written; they wait on disk');
    this.#failure = reason;
  }
}

/** The first points of some lines, and the bytes that these lines have. */
function batchIn(lines: Buffer): { readonly bytes: number; readonly points: readonly OutPoint[] } {
  const points: OutPoint[] = [];
  let bytes = 0;
  while (points.length < MOST_POINTS && bytes < lines.length) {
    const end = lines.indexOf(LINE_FEED, bytes);
    if (end < 0) break;
    const [name = '', value, time] = lines.toString('utf8', bytes, end).split(' ');
    points.push({ name, value: Number(value), time: Number(time) });
    bytes = end + 1;
  }
  return { bytes, points };
}

const fileIn = (directory: string): string => join(directory, 'sent.json');

async function keepPlace(directory: string, place: number): Promise<void> {
  const path = fileIn(directory);
  await writeFile(`${path}.new`, `${place}\n`, { mode: 0o640 });
  await rename(`${path}.new`, path);
}

/** Without a readable file everything that is there is sent again. */
async function keptPlace(directory: string): Promise<number> {
  const text = await readFile(fileIn(directory), 'utf8').catch(() => '');
  return /^\d{1,16}$/.test(text.trim()) ? Number(text) : 0;
}
