import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { HealthRecord } from '../model/health.ts';
import type { HealthRunner, Place } from './code-runner.ts';
import type { Diagnosis } from './protocol.ts';
import { isHealth, outcomeOf } from './status.ts';

/** What a check says of itself. */
export interface CheckTerms {
  readonly intervalMs: number;
  /** For Check() and Diagnose(), each. */
  readonly timeoutMs: number;
  /** Failures in a row before it counts as failed. */
  readonly failures: number;
}

/** What the running of a check needs. */
export interface CheckWorld {
  readonly clock: Clock;
  /** Waits for a place among the checks of the service that may run at once. */
  use<T>(work: () => Promise<T>): Promise<T>;
  /** Is told of the end of every run. */
  done(record: HealthRecord): void;
}

type Result = Pick<HealthRecord, 'outcome' | 'code' | 'description' | 'actions' | 'detail'>;

const NO_RESULT: Result = { outcome: 'pending', code: null, description: '', actions: [], detail: '' };
/** It runs when more than its interval has passed since the last start. */
const JUST_OVER_MS = 1;

/** A health check at work: runs again and again, and never twice at a time. */
export class HealthCheck implements Disposable {
  readonly service: string;
  readonly place: Place;
  readonly #world: CheckWorld;
  #runner: HealthRunner;
  #terms: CheckTerms;
  #result: Result = NO_RESULT;
  #failed = 0;
  #lastRun: number | null = null;
  #durationMs = 0;
  #started = Number.NEGATIVE_INFINITY;
  #timer: Disposable | undefined;
  #running: Promise<void> | undefined;
  #isOver: boolean = false;
  isStale: boolean = false;

  constructor(
    where: { readonly service: string; readonly place: Place },
    runner: HealthRunner,
    terms: CheckTerms,
    world: CheckWorld,
  ) {
    this.service = where.service;
    this.place = where.place;
    this.#runner = runner;
    this.#terms = terms;
    this.#world = world;
  }

  /** Its file was read again: another version, and perhaps other terms. What it found before stays. */
  renew(runner: HealthRunner, terms: CheckTerms): void {
    this.#runner = runner;
    this.#terms = terms;
    this.isStale = false;
    this.runSoon();
  }

  /** Runs now unless it is running. */
  runSoon(): void {
    void this.run();
  }

  /** Runs now, or waits for the run that is going; resolves when there is a result of a run that began after the call. */
  async runNow(): Promise<void> {
    await this.#running;
    await this.run();
  }

  /** Resolves when the run that is going, or begins, has ended. */
  run(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    this.#running ??= this.#world
      .use(() => this.#once())
      .finally(() => {
        this.#running = undefined;
        this.#planNext();
      });
    return this.#running;
  }

  get record(): HealthRecord {
    const { clock } = this.#world;
    const next = this.#started + this.#terms.intervalMs;
    return {
      service: this.service,
      name: this.place.name,
      ...this.#result,
      lastRun: this.#lastRun,
      durationMs: this.#durationMs,
      nextRun: Number.isFinite(next) ? Math.round(clock.wall() + next - clock.now()) : null,
      intervalMs: this.#terms.intervalMs,
      isStale: this.isStale,
    };
  }

  get timeoutMs(): number {
    return this.#terms.timeoutMs;
  }

  /** Failures in a row before it counts as failed. */
  get failures(): number {
    return this.#terms.failures;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#timer?.[Symbol.dispose]();
  }

  #planNext(): void {
    if (this.#isOver) return;
    const { clock } = this.#world;
    this.#timer?.[Symbol.dispose]();
    const wait = Math.max(0, this.#started + this.#terms.intervalMs + JUST_OVER_MS - clock.now());
    this.#timer = clock.after(wait, () => this.runSoon());
  }

  async #once(): Promise<void> {
    const { clock, done } = this.#world;
    if (this.#isOver) return;
    this.#timer?.[Symbol.dispose]();
    this.#started = clock.now();
    const result = await this.#look();
    if (this.#isOver) return;
    this.#durationMs = Math.round(clock.now() - this.#started);
    this.#lastRun = clock.wall();
    this.#failed = isHealth(result.outcome) ? 0 : this.#failed + 1;
    const isConfirmed = this.#failed === 0 || this.#failed >= this.#terms.failures;
    if (isConfirmed || this.#result.outcome === 'pending')
      this.#result = isConfirmed ? result : { ...result, outcome: 'pending' };
    done(this.record);
  }

  async #look(): Promise<Result> {
    const { timeoutMs } = this.#terms;
    try {
      const code = await this.#runner.check(this.place, timeoutMs);
      const diagnosis: Diagnosis =
        code === 0 ? { description: '', actions: [] } : await this.#runner.diagnose(this.place, code, timeoutMs);
      return { outcome: outcomeOf(code, diagnosis), code, ...diagnosis, detail: '' };
    } catch (error) {
      return { outcome: 'broken', code: null, description: '', actions: [], detail: messageOf(error) };
    }
  }
}
