import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { CheckRecord, CheckResult, CheckState } from '../model/check.ts';
import type { CheckRun } from './check-run.ts';
import type { Judgement, Judging } from './judging.ts';
import { jittered, type Schedule, type Scheduled } from './schedule.ts';
import type { Slots } from './slots.ts';

/** How often a check is judged again because of new data, at most. */
const EVENT_MS = 1_000;
/** How often the text of a state that lasts is taken from new data, at most. */
const REFRESH_MS = 10_000;
/** A check whose collectors have not run yet looks again after this time. */
const WAIT_MS = 250;

/** What the running of a check needs. */
export interface ActivityWorld {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  readonly schedule: Schedule;
  readonly judging: Judging;
  /** Places for checks that ask the machine or the network. */
  readonly slots: Slots;
  /** Aborts runs at the stop of the agent; what they say then is not noted. */
  readonly stop: AbortSignal;
  /** Whether a collector has ended a run. */
  isSettled(collector: string): boolean;
  /** Is told of each result that counted, with where the check stood before. */
  counted(run: CheckRun, before: CheckRecord, result: CheckResult): void;
}

/**
 * A check while it applies to this node: runs it again and again.
 *
 * A check over nothing but collected data is judged again as soon as there is new data. That counts as a run only if it changes the
 * state, and never uses up attempts faster than was configured.
 */
export class CheckActivity implements Disposable {
  readonly #run: CheckRun;
  readonly #world: ActivityWorld;
  readonly #scheduled: Scheduled;
  #judged = Number.NEGATIVE_INFINITY;
  /** A judgement because of new data: to come, and going. */
  #awaited: Disposable | undefined;
  #rejudging: Promise<void> | undefined;
  #settled: Promise<unknown> = Promise.resolve();
  #running: boolean = false;
  #forced: boolean = false;

  /** The first run is at the monotonic time `first`. */
  constructor(run: CheckRun, first: number, world: ActivityWorld) {
    this.#run = run;
    this.#world = world;
    this.#scheduled = world.schedule.add(first, {
      next: (now) => now + this.#run.plan.intervalMs,
      run: () => this.#once(),
    });
  }

  /** Monotonic time of the next run. */
  get due(): number {
    return this.#scheduled.due;
  }

  /** Ticks at which the run before was still going. */
  get skipped(): number {
    return this.#scheduled.skipped;
  }

  /** Resolves when what runs has ended. */
  get settled(): Promise<unknown> {
    return this.#settled;
  }

  /** Moves the next run to be no later than this. */
  hasten(at: number): void {
    this.#scheduled.moveTo(Math.min(this.#scheduled.due, at));
  }

  /** Runs now, whatever its collectors are at, or waits for the run that is going. */
  async runNow(): Promise<void> {
    this.#forced = true;
    await this.#scheduled.runNow();
  }

  /** A collector that it reads saw something new. */
  dataChanged(): void {
    if (this.#run.reachesOut || this.#awaited || this.#running) return;
    const wait = this.#judged + EVENT_MS - this.#world.clock.now();
    if (wait <= 0) this.#startRejudging();
    else this.#awaited = this.#world.clock.after(wait, () => this.#startRejudging());
  }

  [Symbol.dispose](): void {
    this.#scheduled[Symbol.dispose]();
    this.#awaited?.[Symbol.dispose]();
  }

  async #once(): Promise<void> {
    await this.#rejudging;
    const { clock, isSettled } = this.#world;
    const isReady = this.#forced || [...this.#run.plan.collectors].every((name) => isSettled(name));
    this.#forced = false;
    if (!isReady) return this.#scheduled.moveTo(clock.now() + WAIT_MS);
    const start = clock.now();
    this.#running = true;
    const judgement = await this.#judge();
    this.#running = false;
    if (judgement) this.#count(judgement, start);
  }

  #startRejudging(): void {
    this.#awaited = undefined;
    if (this.#running) return;
    // Nobody waits for this one, so nobody else would tell.
    this.#rejudging ??= this.#rejudge().catch((error) =>
      this.#world.log.error({ check: this.#run.plan.id, error }, 'new data could not be judged'),
    );
  }

  async #rejudge(): Promise<void> {
    const start = this.#world.clock.now();
    const judgement = await this.#judge().finally(() => {
      this.#rejudging = undefined;
    });
    if (!judgement) return;
    const { result } = judgement;
    const isNew = result.state !== this.#run.standing.state;
    if (isNew && this.#mayCount(result.state)) this.#count(judgement, start);
    else if (!isNew) this.#run.refresh(result, this.#now(), REFRESH_MS);
  }

  /** While a problem is not confirmed, attempts come at their own pace; its end needs none. */
  #mayCount(state: CheckState): boolean {
    const { standing, counted, plan } = this.#run;
    if (standing.hard || (state === 'ok' && standing.hardState === 'ok')) return true;
    return this.#world.clock.now() - counted >= plan.retryMs;
  }

  async #judge(): Promise<Judgement | undefined> {
    const { judging, slots, stop } = this.#world;
    const run = this.#run;
    const { plan } = run;
    const judge = () => judging.judge(plan, run.record(null), stop);
    const going = run.reachesOut ? slots.use(judge) : judge();
    this.#settled = going;
    const judgement = await going;
    this.#judged = this.#world.clock.now();
    if (stop.aborted || run.plan !== plan) return undefined;
    run.reachesOut = judgement.reachedOut;
    return judgement;
  }

  #count({ result, ms }: Judgement, start: number): void {
    const { random, counted } = this.#world;
    const before = this.#run.record(null);
    this.#run.count(result, this.#now(), ms);
    const { intervalMs, retryMs } = this.#run.plan;
    // A retry may come late but never early: confirmation takes at least as long as was configured.
    const wait = this.#run.standing.hard ? jittered(intervalMs, random) : retryMs * (1 + random() * 0.1);
    this.#scheduled.moveTo(start + wait);
    counted(this.#run, before, result);
  }

  #now(): { readonly mono: number; readonly wall: number } {
    const { clock } = this.#world;
    return { mono: clock.now(), wall: clock.wall() };
  }
}
