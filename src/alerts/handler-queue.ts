import type { Agenda } from '../base/agenda.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Shelf } from '../base/shelf.ts';
import type { HandlerRecord, QueuedMessage } from '../model/handler.ts';
import { type Job, jobToJson, merged } from './job.ts';
import { Rate } from './rate.ts';
import { RARELY_MS, retryMs } from './retry.ts';
import type { Wishes } from './wishes.ts';

/** How an attempt to deliver ended. */
export type Attempt =
  | { readonly type: 'delivered'; readonly remark: string }
  | { readonly type: 'failed'; readonly error: string }
  /** As things are it never will be. */
  | { readonly type: 'undeliverable'; readonly error: string }
  | { readonly type: 'later'; readonly error: string; readonly waitMs: number };

/** What a queue works with. */
export interface QueueWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly agenda: Agenda;
  readonly shelf: Shelf;
  /** Tries once; never rejects. */
  attempt(job: Job): Promise<Attempt>;
  /** It arrived; what follows from that is put on the shelf before this returns. */
  delivered(job: Job): void;
  /** It did not arrive, and is tried again later. */
  missed(job: Job): void;
  /** It will not be tried again. */
  gaveUp(job: Job): void;
  /** Nothing arrived for long, or something does again; `error` says why not. */
  failing(handler: string, error: string): void;
}

/** What of the record of a handler its queue knows. */
type Counted = Omit<HandlerRecord, 'id' | 'type' | 'state'>;

/** What becomes of a trial when the handler goes away. */
const REMOVED: Attempt = { type: 'failed', error: 'the handler does not work any more' };

/** A message that only is to show whether the way works. */
interface Trial {
  readonly job: Job;
  readonly end: (outcome: Attempt) => void;
}

/** Messages that may wait for one handler. */
export const MOST_WAITING = 1_000;
const MOST_DEAD = 100;
const LONGEST_PATIENCE_MS = 3_600_000;
/** A handler that sent all it may puts together what comes in this time. */
const DIGEST_MS = 60_000;
/** A handler that fails for so long is a problem of its own. */
const FAILING_MS = 300_000;

/** The messages of one handler: on disk before they are tried, one tried at a time, and kept until they arrived. */
export class HandlerQueue {
  readonly #id: string;
  readonly #world: QueueWorld;
  readonly #jobs = new Map<string, Job>();
  /** Monotonic milliseconds of the next attempt. */
  readonly #due = new Map<string, number>();
  /** Monotonic milliseconds of the making. */
  readonly #born = new Map<string, number>();
  #wishes: Wishes;
  #rate: Rate;
  #current: Job | undefined;
  /** Nothing is tried before this, because the last attempt failed. */
  #pausedUntil = 0;
  /** Nothing is tried before this, and what comes is put together. */
  #heldUntil = 0;
  #failures = 0;
  #isFailingTold: boolean = false;
  readonly #tests: Trial[] = [];
  #isStopped: boolean = false;
  /** What is being delivered. */
  #going: Promise<void> = Promise.resolve();
  #counts = { sent: 0, failed: 0, dropped: 0, lastSeconds: 0, error: '', remark: '' };
  #lastSuccess: number | null = null;
  #lastFailure: number | null = null;

  constructor(id: string, wishes: Wishes, world: QueueWorld) {
    this.#id = id;
    this.#world = world;
    this.#wishes = wishes;
    this.#rate = new Rate(wishes.rate, world.clock.now());
  }

  /** The handler is another now: what waits is tried at once. */
  renew(wishes: Wishes): void {
    this.#wishes = wishes;
    this.#rate = new Rate(wishes.rate, this.#world.clock.now());
    this.#dueNow();
  }

  /** Takes back a message from before a restart. */
  restore(job: Job): void {
    const { clock } = this.#world;
    const age = Math.min(Math.max(0, clock.wall() - job.created), this.#wishes.retryForMs);
    this.#jobs.set(job.id, job);
    this.#born.set(job.id, clock.now() - age);
    this.#due.set(job.id, clock.now());
  }

  /** Starts to work on what waits. */
  start(): void {
    this.#wake();
  }

  /** Takes a message; while the handler is held back it is put together with what waits. */
  add(job: Job): void {
    const held = this.#isHeld() ? this.#mergeable(job) : undefined;
    if (held) this.#put(merged(held, job));
    else {
      this.#put(job);
      this.#born.set(job.id, this.#world.clock.now());
      this.#due.set(job.id, this.#world.clock.now());
      this.#dropSurplus();
    }
    this.#wake();
  }

  /** The message that tells of this alert and is not on its way yet, given up ones included. */
  waiting(alert: string): Job | undefined {
    return this.#idle().find((job) => !job.isGathered && tells(job, alert));
  }

  /** The same among messages of what nodes of the zone handed to this one. */
  waitingGathered(alert: string): Job | undefined {
    return this.#idle().find((job) => job.isGathered && tells(job, alert));
  }

  /** A message of this alert is being delivered right now. */
  isBusyWith(alert: string): boolean {
    return this.#current !== undefined && !this.#current.isGathered && tells(this.#current, alert);
  }

  /** Puts another message in the place of one that waits; `undefined`: none. */
  replace(job: Job, other: Job | undefined): void {
    const [born, due] = [this.#born.get(job.id), this.#due.get(job.id)];
    this.#remove(job.id);
    if (!other) return;
    this.#put(other);
    this.#born.set(other.id, born ?? this.#world.clock.now());
    this.#due.set(other.id, due ?? this.#world.clock.now());
    this.#wake();
  }

  /** Tries everything at once, what was given up included; answers how many that are. */
  retry(): number {
    for (const job of [...this.#jobs.values()]) {
      if (!job.isDead) continue;
      this.#put({ ...job, isDead: false, attempts: 0 });
      this.#born.set(job.id, this.#world.clock.now());
    }
    this.#dueNow();
    return this.#jobs.size;
  }

  /** Tries a message once, before all that waits, and tells what came of it. */
  async test(job: Job): Promise<Attempt> {
    if (this.#isStopped) return REMOVED;
    return await new Promise((end) => {
      this.#tests.push({ job, end });
      this.#wake();
    });
  }

  /** Drops everything: there is no such handler any more. */
  clear(): void {
    for (const id of [...this.#jobs.keys()]) this.#remove(id);
    void this.stop();
  }

  /** Begins nothing more; resolves when what was on its way arrived, which is then noted, or did not. */
  stop(): Promise<void> {
    this.#isStopped = true;
    for (const { end } of this.#tests.splice(0)) end(REMOVED);
    this.#world.agenda.cancel(this.#name('next'));
    this.#world.agenda.cancel(this.#name('failing'));
    return this.#going;
  }

  messages(): QueuedMessage[] {
    const { clock } = this.#world;
    return [...this.#jobs.values()].map(({ id, handler, items, attempts, created, error, isDead }) => {
      const next = isDead ? null : Math.round(clock.wall() - clock.now() + this.#dueOf(id));
      const alerts = items.map(({ alert }) => alert.id);
      return { id, handler, action: items[0]?.action ?? 'fired', alerts, attempts, created, next, error, isDead };
    });
  }

  get counts(): Counted {
    const dead = [...this.#jobs.values()].filter(({ isDead }) => isDead).length;
    return {
      ...this.#counts,
      pending: this.#jobs.size - dead,
      dead,
      lastSuccess: this.#lastSuccess,
      lastFailure: this.#lastFailure,
      isHeldBack: this.#isHeld(),
    };
  }

  #name(what: string): string {
    return `queue ${what} ${this.#id}`;
  }

  #isHeld(): boolean {
    return this.#heldUntil > this.#world.clock.now();
  }

  /** A message that nobody has seen yet, so that more may be put into it. */
  #mergeable({ isGathered }: Job): Job | undefined {
    return this.#idle().find((job) => isUnseen(job) && job.isGathered === isGathered);
  }

  /** All that is not on its way. */
  #idle(): Job[] {
    return [...this.#jobs.values()].filter((job) => job !== this.#current);
  }

  #put(job: Job): void {
    this.#jobs.set(job.id, job);
    this.#world.shelf.put(job.id, jobToJson(job));
  }

  #remove(id: string): void {
    this.#jobs.delete(id);
    this.#born.delete(id);
    this.#due.delete(id);
    this.#world.shelf.delete(id);
  }

  #dueOf(id: string): number {
    return Math.max(this.#due.get(id) ?? 0, this.#pausedUntil, this.#heldUntil);
  }

  #dueNow(): void {
    const now = this.#world.clock.now();
    this.#pausedUntil = 0;
    this.#heldUntil = 0;
    for (const id of this.#due.keys()) this.#due.set(id, now);
    this.#wake();
  }

  /** Tries what is due, or sees to it that it is tried when it is. */
  #wake(): void {
    if (this.#current || this.#isStopped) return;
    const test = this.#tests.shift();
    if (test) {
      this.#going = this.#runTest(test);
      return;
    }
    const { clock, agenda } = this.#world;
    const alive = [...this.#jobs.values()].filter(({ isDead }) => !isDead);
    if (alive.length === 0) {
      agenda.cancel(this.#name('next'));
      return;
    }
    const now = clock.now();
    const due = alive.filter(({ id }) => this.#dueOf(id) <= now + 1);
    // One that keeps failing does not stand in the way of the others.
    const next = due.toSorted((a, b) => a.attempts - b.attempts)[0];
    if (next && this.#rate.take(now)) {
      this.#going = this.#run(next);
      return;
    }
    if (next) this.#holdBack(now + Math.max(DIGEST_MS, this.#rate.waitMs()));
    const earliest = Math.min(
      ...[...this.#jobs.values()].filter(({ isDead }) => !isDead).map(({ id }) => this.#dueOf(id)),
    );
    agenda.in(earliest - now, this.#name('next'), () => this.#wake());
  }

  /** Puts together what waits and nobody has seen, and what comes until then. */
  #holdBack(until: number): void {
    this.#heldUntil = until;
    const unseen = this.#idle().filter(isUnseen);
    for (const isGathered of [true, undefined]) {
      const [first, ...others] = unseen.filter((job) => job.isGathered === isGathered);
      if (!first || others.length === 0) continue;
      for (const other of others) this.#remove(other.id);
      this.#put(others.reduce(merged, first));
    }
  }

  async #runTest({ job, end }: Trial): Promise<void> {
    this.#current = job;
    const outcome = await this.#world.attempt(job);
    this.#current = undefined;
    end(outcome);
    this.#wake();
  }

  async #run(job: Job): Promise<void> {
    const { clock, shelf, attempt } = this.#world;
    this.#current = job;
    await shelf.flushed();
    const start = clock.now();
    const outcome = await attempt(job);
    this.#current = undefined;
    this.#counts.lastSeconds = (clock.now() - start) / 1_000;
    if (outcome.type === 'delivered') this.#arrived(job, outcome.remark);
    else if (!this.#isStopped) this.#failed(job, outcome);
    this.#wake();
  }

  #arrived(job: Job, remark: string): void {
    const { agenda, clock, shelf } = this.#world;
    this.#remove(job.id);
    this.#failures = 0;
    this.#pausedUntil = 0;
    this.#counts = { ...this.#counts, sent: this.#counts.sent + 1, error: '', remark };
    this.#lastSuccess = clock.wall();
    agenda.cancel(this.#name('failing'));
    this.#world.delivered(job);
    shelf.flush();
    if (this.#isFailingTold) this.#world.failing(this.#id, '');
    this.#isFailingTold = false;
  }

  #failed(job: Job, outcome: Exclude<Attempt, { type: 'delivered' }>): void {
    const { clock, random } = this.#world;
    const { error } = outcome;
    const now = clock.now();
    this.#counts.failed += 1;
    this.#lastFailure = clock.wall();
    // To be asked for patience is no failure of the message, which keeps its turn.
    const attempts = job.attempts + (outcome.type === 'later' ? 0 : 1);
    const tried = { ...job, attempts, error };
    const isTooOld = now - (this.#born.get(job.id) ?? now) >= this.#wishes.retryForMs;
    if (isTooOld) this.#bury(tried);
    else this.#put(tried);
    if (!isTooOld) this.#world.missed(tried);
    if (outcome.type === 'later') {
      this.#holdBack(now + Math.min(outcome.waitMs, LONGEST_PATIENCE_MS));
      return;
    }
    this.#counts.error = error;
    this.#failures += 1;
    const isHopeless = outcome.type === 'undeliverable';
    this.#pausedUntil = now + (isHopeless ? RARELY_MS : retryMs(this.#failures, random));
    this.#due.set(job.id, now + (isHopeless ? RARELY_MS : retryMs(tried.attempts, random)));
    if (this.#isFailingTold) return;
    this.#world.agenda.atMostIn(FAILING_MS, this.#name('failing'), () => {
      this.#isFailingTold = true;
      this.#world.failing(this.#id, this.#counts.error);
    });
  }

  #bury(job: Job): void {
    this.#put({ ...job, isDead: true });
    this.#world.gaveUp(job);
    const dead = [...this.#jobs.values()].filter(({ isDead }) => isDead);
    for (const { id } of dead.slice(0, Math.max(0, dead.length - MOST_DEAD))) this.#remove(id);
  }

  /** Of too many, ends of problems go first, then the oldest. */
  #dropSurplus(): void {
    const waiting = [...this.#jobs.values()].filter((job) => job !== this.#current && !job.isDead);
    if (waiting.length <= MOST_WAITING) return;
    const isEnd = (job: Job) => job.items.every(({ action }) => action === 'resolved');
    const victim = waiting.find(isEnd) ?? waiting[0];
    if (!victim) return;
    this.#remove(victim.id);
    this.#counts.dropped += 1;
    this.#world.gaveUp(victim);
  }
}

/** It was never tried, so that it may still become another. */
const isUnseen = ({ attempts, error, isDead }: Job): boolean => attempts === 0 && error === '' && !isDead;

const tells = ({ items }: Job, alert: string): boolean => items.some((item) => item.alert.id === alert);
