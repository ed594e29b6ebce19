import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { CheckRecord, CheckResult, CheckState, Reporting } from '../model/check.ts';
import type { CheckRun } from './check-run.ts';
import { type Judgement, type Judging, judged } from './judging.ts';
import { jittered, type Schedule, type Scheduled, unbunched } from './schedule.ts';
import type { Slots } from './slots.ts';

/** How often a check is judged again because of new data, at most. */
const EVENT_MS = 1_000;
/** How often the text of a state that lasts is taken from new data, at most. */
const REFRESH_MS = 10_000;
/** A check whose collectors have not run yet looks again after this time. */
const WAIT_MS = 250;

/** Results that say they are of the future by more than this are wrong. */
const FUTURE_MS = 60_000;
/** After so many intervals without a run something is wrong with the running itself. */
const OVERDUE_INTERVALS = 3;

/** Places for runs: heavy ones are few. */
export interface SlotsByWeight {
  readonly heavy: Slots;
  readonly light: Slots;
}

/** What the running of a check needs. */
export interface ActivityWorld {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  readonly schedule: Schedule;
  readonly judging: Judging;
  /** Places for checks that start programs, and for others that ask the machine or the network. */
  readonly slots: SlotsByWeight;
  /** Aborts runs at the stop of the agent; what they say then is not noted. */
  readonly stop: AbortSignal;
  /** Whether a collector has ended a run. */
  isSettled(collector: string): boolean;
  /** What the check depends on is broken, so that it is not run at all. */
  isHeld(check: string): boolean;
  /** Is told of each result that counted, with where the check stood before. */
  counted(run: CheckRun, before: CheckRecord, result: CheckResult): void;
  /** Is told of a result that was too old to count. */
  late(run: CheckRun, result: CheckResult, at: number): void;
}

/** A check while it applies to this node. */
export interface Activity extends Disposable {
  /** Monotonic time of the next run; `undefined` when none is planned. */
  readonly due: number | undefined;
  /** Resolves when what runs has ended. */
  readonly settled: Promise<unknown>;
  /** Monotonic time since which it is overdue, if no run ends until then; `undefined`: never. */
  readonly overdueAt: number | undefined;
  /** Moves the next run to be no later than this. */
  hasten(at: number): void;
  /** Runs now, or waits for the run that is going. Throws `conflict` for a check that waits for results. */
  runNow(): Promise<void>;
  /** A collector that it reads saw something new. */
  dataChanged(): void;
  /** Takes a result that came from elsewhere. Throws `bad_request` for one of the future. */
  report(result: CheckResult, how: Reporting): void;
}

/**
 * Runs a check again and again.
 *
 * A check over nothing but collected data is judged again as soon as there is new data. That counts as a run only if it changes the
 * state, and never uses up attempts faster than was configured.
 */
export class CheckActivity implements Activity {
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
  #hasRun: boolean = false;
  /** Monotonic time when a run ended last; of the first one that is planned until then. */
  #finished: number;

  /** The first run is at the monotonic time `first`. */
  constructor(run: CheckRun, first: number, world: ActivityWorld) {
    this.#run = run;
    this.#world = world;
    this.#scheduled = world.schedule.add(first, {
      next: (now) => now + this.#run.plan.intervalMs,
      run: (due) => this.#once(due),
    });
    this.#finished = first;
  }

  get due(): number {
    return this.#scheduled.due;
  }

  get settled(): Promise<unknown> {
    return this.#settled;
  }

  get overdueAt(): number {
    const { intervalMs, timeoutMs } = this.#run.plan;
    return this.#finished + OVERDUE_INTERVALS * intervalMs + timeoutMs;
  }

  hasten(at: number): void {
    this.#scheduled.moveTo(Math.min(this.#scheduled.due, at));
  }

  /** Whatever its collectors are at. */
  async runNow(): Promise<void> {
    this.#forced = true;
    await this.#scheduled.runNow();
  }

  dataChanged(): void {
    if (this.#run.reachesOut || this.#awaited || this.#running) return;
    const wait = this.#judged + EVENT_MS - this.#world.clock.now();
    if (wait <= 0) this.#startRejudging();
    else this.#awaited = this.#world.clock.after(wait, () => this.#startRejudging());
  }

  report(result: CheckResult, how: Reporting): void {
    const { clock, late } = this.#world;
    const at = reportedAt(how, clock.wall());
    if (at < (this.#run.lastCheck ?? 0)) late(this.#run, result, at);
    else {
      const judgement = { result: judged(result, this.#run.plan), ms: how.durationMs ?? 0 };
      this.#count(judgement, { start: clock.now(), latencyMs: 0 });
    }
  }

  [Symbol.dispose](): void {
    this.#scheduled[Symbol.dispose]();
    this.#awaited?.[Symbol.dispose]();
  }

  async #once(due?: number): Promise<void> {
    await this.#rejudging;
    const { clock, isSettled } = this.#world;
    if (!this.#forced && this.#world.isHeld(this.#run.plan.id)) return;
    const isReady = this.#forced || [...this.#run.plan.collectors].every((name) => isSettled(name));
    this.#forced = false;
    if (!isReady) return this.#scheduled.moveTo(clock.now() + WAIT_MS);
    const start = clock.now();
    this.#running = true;
    let began = start;
    const judgement = await this.#judge(() => {
      began = clock.now();
    });
    this.#running = false;
    this.#finished = clock.now();
    const latencyMs = due === undefined ? 0 : Math.max(0, Math.round(began - due));
    if (judgement) this.#count(judgement, { start, latencyMs });
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
    const judgement = await this.#judge(() => {}).finally(() => {
      this.#rejudging = undefined;
    });
    if (!judgement) return;
    const { result } = judgement;
    const isNew = result.state !== this.#run.standing.state;
    if (isNew && this.#mayCount(result.state)) this.#count(judgement, { start, latencyMs: 0 });
    else if (!isNew) this.#run.refresh(result, this.#now(), REFRESH_MS);
  }

  /** While a problem is not confirmed, attempts come at their own pace; its end needs none. */
  #mayCount(state: CheckState): boolean {
    const { standing, counted, plan } = this.#run;
    if (standing.hard || (state === 'ok' && standing.hardState === 'ok')) return true;
    return this.#world.clock.now() - counted >= plan.retryMs;
  }

  /** `begin` is called once there is a place for it. */
  async #judge(begin: () => void): Promise<Judgement | undefined> {
    const { judging, slots, stop } = this.#world;
    const run = this.#run;
    const { plan } = run;
    const judge = () => {
      begin();
      return judging.judge(plan, run.record(null), stop);
    };
    const places = plan.plugin.isHeavy ? slots.heavy : slots.light;
    const going = run.reachesOut ? places.use(judge) : judge();
    this.#settled = going;
    const judgement = await going;
    this.#judged = this.#world.clock.now();
    if (stop.aborted || run.plan !== plan) return undefined;
    run.reachesOut = judgement.reachedOut;
    return judgement;
  }

  #count({ result, ms }: Pick<Judgement, 'result' | 'ms'>, { start, latencyMs }: Begun): void {
    const { random, counted } = this.#world;
    const before = this.#run.record(null);
    this.#run.count(result, this.#now(), { durationMs: ms, latencyMs });
    const { intervalMs, retryMs } = this.#run.plan;
    // A retry may come late but never early: confirmation takes at least as long as was configured.
    const isBunched = !this.#hasRun && this.#run.reachesOut;
    const period = isBunched ? unbunched(intervalMs, random) : jittered(intervalMs, random);
    const wait = this.#run.standing.hard ? period : retryMs * (1 + random() * 0.1);
    this.#hasRun = true;
    this.#scheduled.moveTo(start + wait);
    counted(this.#run, before, result);
  }

  #now(): { readonly mono: number; readonly wall: number } {
    const { clock } = this.#world;
    return { mono: clock.now(), wall: clock.wall() };
  }
}

/** When a run began, monotonic, and how long after it was due. */
interface Begun {
  readonly start: number;
  readonly latencyMs: number;
}

/** Epoch milliseconds when a reported result was true; throws `bad_request` when that is yet to come. */
export function reportedAt({ at }: Reporting, wall: number): number {
  if (at === undefined) return wall;
  if (at <= wall + FUTURE_MS) return Math.min(at, wall);
  throw new OpsbroError('bad_request', `the time of the result is ${Math.round((at - wall) / 1_000)} s in the future`);
}
