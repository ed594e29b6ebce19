import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';

interface Recurring {
  /** When it is due next, given the time of this tick; both monotonic. */
  next(now: number): number;
  /** `due` is when it should have begun; missing when somebody asked for it. */
  run(due?: number): Promise<unknown>;
}

/** Something that is run again and again until disposed of. */
export interface Scheduled extends Disposable {
  /** Monotonic time of the next run. */
  readonly due: number;
  /** Ticks at which the run before was still going. */
  readonly skipped: number;
  /** Moves the next run. */
  moveTo(at: number): void;
  /** Runs now, or waits for the run that is going; a run asked for does not move the next one. Rejects when it fails. */
  runNow(): Promise<void>;
}

interface Slot {
  readonly at: number;
  readonly entry: Entry;
}

/** A timer of more than 2^31 ms would fire at once; the wheel looks again at least this often. */
const LONGEST_TIMER_MS = 86_400_000;

/** However `next` answers, the wheel does not spin. */
const SHORTEST_PERIOD_MS = 10;

/**
 * The wheel that turns all recurring work: one timer, set to the earliest that is due.
 *
 * One item never runs twice at a time: a tick that finds it running is skipped and counted. After a pause (suspend, SIGSTOP) an item is
 * run once; what was missed is not made up for, because `next` is asked with the time that it is.
 */
export class Schedule implements Disposable {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #heap: Slot[] = [];
  #timer: { readonly at: number; readonly handle: Disposable } | undefined;
  #stopped = false;

  /** `onError` is told of a run that failed; it runs again when it is due. */
  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  /** Adds an item that is first run at the monotonic time `first`. */
  add(first: number, item: Recurring): Scheduled {
    const entry = new Entry(item, first, (moved) => this.#place(moved));
    this.#place(entry);
    return entry;
  }

  /** Starts nothing any more; what runs is not waited for. */
  [Symbol.dispose](): void {
    this.#stopped = true;
    this.#timer?.handle[Symbol.dispose]();
    this.#heap.length = 0;
  }

  #place(entry: Entry): void {
    push(this.#heap, { at: entry.due, entry });
    this.#arm();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (!first || this.#stopped || (this.#timer && this.#timer.at <= first.at)) return;
    this.#timer?.handle[Symbol.dispose]();
    const wait = Math.min(LONGEST_TIMER_MS, Math.max(0, first.at - this.#clock.now()));
    const handle = this.#clock.after(wait, () => this.#tick());
    this.#timer = { at: first.at, handle };
  }

  #tick(): void {
    this.#timer = undefined;
    // A timer may fire a fraction of a millisecond early; what is due in that fraction is due.
    const now = this.#clock.now() + 1;
    for (let first = this.#heap[0]; first && first.at <= now; first = this.#heap[0]) {
      pop(this.#heap);
      if (first.entry.isDueAt(first.at)) first.entry.tick(this.#clock.now(), this.#onError);
    }
    this.#arm();
  }
}

class Entry implements Scheduled {
  readonly #place: (entry: Entry) => void;
  /** `undefined` once it is disposed of. */
  #item: Recurring | undefined;
  #due: number;
  #skipped = 0;
  #running: Promise<void> | undefined;

  constructor(item: Recurring, first: number, place: (entry: Entry) => void) {
    this.#item = item;
    this.#due = first;
    this.#place = place;
  }

  get due(): number {
    return this.#due;
  }

  get skipped(): number {
    return this.#skipped;
  }

  /** A place in the heap that was left behind by a move is no longer meant. */
  isDueAt(at: number): boolean {
    return this.#item !== undefined && this.#due === at;
  }

  tick(now: number, onError: (error: unknown) => void): void {
    const due = this.#due;
    const tick = Math.max(now, due);
    this.#due = Math.max(tick + SHORTEST_PERIOD_MS, this.#item?.next(tick) ?? 0);
    this.#place(this);
    if (this.#running === undefined) this.#start(due).catch(onError);
    else this.#skipped += 1;
  }

  moveTo(at: number): void {
    if (this.#item === undefined || at === this.#due) return;
    this.#due = at;
    this.#place(this);
  }

  async runNow(): Promise<void> {
    await this.#start(undefined);
  }

  #start(due: number | undefined): Promise<void> {
    this.#running ??= this.#run(due);
    return this.#running;
  }

  async #run(due: number | undefined): Promise<void> {
    try {
      await this.#item?.run(due);
    } finally {
      this.#running = undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#item = undefined;
  }
}

function push(heap: Slot[], slot: Slot): void {
  let place = heap.push(slot) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = heap[parent];
    if (!above || above.at <= slot.at) break;
    heap[place] = above;
    place = parent;
  }
  heap[place] = slot;
}

function pop(heap: Slot[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let place = 0;
  for (;;) {
    const left = 2 * place + 1;
    const [a, b] = [heap[left], heap[left + 1]];
    const [child, smaller] = b && a && b.at < a.at ? [left + 1, b] : [left, a];
    if (!smaller || last.at <= smaller.at) break;
    heap[place] = smaller;
    place = child;
  }
  heap[place] = last;
}

/** A number in [0, 1) that is always the same for the same text, evenly spread over different ones. */
export const spreadOf = (text: string): number => createHash('sha1').update(text).digest().readUInt32BE(0) / 2 ** 32;

/** The next time after `now` on the grid of `intervalMs` that `key` has by its hash, so that many items are spread evenly. */
export function nextOnGrid(key: string, intervalMs: number): (now: number) => number {
  const phase = spreadOf(key) * intervalMs;
  return (now) => phase + (Math.floor((now - phase) / intervalMs) + 1) * intervalMs;
}

/** An interval lengthened or shortened by up to a tenth. */
export const jittered = (intervalMs: number, random: Random): number => intervalMs * (0.9 + random() * 0.2);

/** First runs are within this time of each other. */
const BUNCH_MS = 10_000;
const SHORTEST_WAIT_MS = 1_000;

/**
 * Until the second run of what began together with many others: an interval that is longer than that beginning is cut somewhere, so that
 * from then on they run evenly over the whole of it.
 */
export const unbunched = (intervalMs: number, random: Random): number =>
  intervalMs <= BUNCH_MS ? jittered(intervalMs, random) : Math.max(SHORTEST_WAIT_MS, intervalMs * random());
