import { OpsbroError } from '../base/errors.ts';
import type { CheckResult, Reporting } from '../model/check.ts';
import type { Waiting } from '../plugins/kinds.ts';
import { type Activity, type ActivityWorld, reportedAt } from './check-activity.ts';
import type { CheckRun } from './check-run.ts';
import { judged } from './judging.ts';
import type { Scheduled } from './schedule.ts';

/** Looks again after this time when nothing is awaited. */
const IDLE_MS = 86_400_000;

/** What the waiting for results needs. */
export type PassiveWorld = Pick<ActivityWorld, 'clock' | 'schedule' | 'counted' | 'late'> & {
  /** Since when is waited has to outlive the process. */
  keep(run: CheckRun): void;
};

/**
 * Waits for the results of a check, which others report, and makes one itself when none comes in time.
 *
 * The time is monotonic; over a restart the wall clock says how much of it is gone.
 */
export class PassiveActivity implements Activity {
  readonly settled = Promise.resolve();
  readonly overdueAt = undefined;
  readonly #run: CheckRun;
  readonly #waiting: Waiting;
  readonly #world: PassiveWorld;
  readonly #scheduled: Scheduled;
  /** Monotonic time at which what is known has expired; for ever when it does not. */
  #deadline: number;

  constructor(run: CheckRun, waiting: Waiting, world: PassiveWorld) {
    const { clock, schedule } = world;
    this.#run = run;
    this.#waiting = waiting;
    this.#world = world;
    if (run.heard === null) {
      run.heard = { at: clock.wall(), isFirst: true };
      world.keep(run);
    }
    this.#deadline = this.#firstDeadline();
    this.#scheduled = schedule.add(Math.min(this.#deadline, clock.now() + IDLE_MS), {
      next: (now) => Math.min(this.#deadline > now ? this.#deadline : Number.POSITIVE_INFINITY, now + IDLE_MS),
      run: async () => this.#look(),
    });
  }

  get due(): number | undefined {
    return this.#deadline === Number.POSITIVE_INFINITY ? undefined : this.#deadline;
  }

  hasten(): void {}

  dataChanged(): void {}

  async runNow(): Promise<void> {
    throw new OpsbroError(
      'conflict',
      `check "${this.#run.plan.id}" waits for results that are reported; it does not run`,
    );
  }

  report(result: CheckResult, how: Reporting): void {
    const { clock, counted, late } = this.#world;
    const run = this.#run;
    const wall = clock.wall();
    const at = reportedAt(how, wall);
    const ttl = how.ttlMs ?? this.#waiting.ttlMs ?? Number.POSITIVE_INFINITY;
    const newest = run.heard && !run.heard.isFirst ? run.heard.at : 0;
    if (at < newest || wall - at > ttl) {
      late(run, result, at);
      return;
    }
    const before = run.record(null);
    run.heard = { at, ...(how.ttlMs !== undefined && { ttlMs: how.ttlMs }) };
    run.count(judged(result, run.plan), { mono: clock.now(), wall: at }, { durationMs: how.durationMs ?? 0 });
    this.#expireAt(clock.now() + ttl - (wall - at));
    counted(run, before, result);
  }

  [Symbol.dispose](): void {
    this.#scheduled[Symbol.dispose]();
  }

  #firstDeadline(): number {
    const { clock } = this.#world;
    if (this.#run.isExpired && this.#run.standing.hard) return Number.POSITIVE_INFINITY;
    const gone = Math.max(0, clock.wall() - (this.#run.heard?.at ?? 0));
    return clock.now() + Math.max(0, this.#ttl - gone);
  }

  get #ttl(): number {
    return this.#run.heard?.ttlMs ?? this.#waiting.ttlMs ?? Number.POSITIVE_INFINITY;
  }

  #expireAt(deadline: number): void {
    this.#deadline = deadline;
    if (deadline < this.#scheduled.due) this.#scheduled.moveTo(deadline);
  }

  /** Nothing came: that is a result, and it comes again until it is confirmed. */
  #look(): void {
    const { clock, counted } = this.#world;
    const now = clock.now();
    if (now < this.#deadline - 1) return;
    const run = this.#run;
    const before = run.record(null);
    const result: CheckResult = { state: this.#waiting.expiredState, output: this.#complaint() };
    run.count(result, { mono: now, wall: clock.wall() }, { durationMs: 0, isExpiry: true });
    this.#expireAt(run.standing.hard ? Number.POSITIVE_INFINITY : now + run.plan.retryMs);
    counted(run, before, result);
  }

  #complaint(): string {
    const { heard, isExpired, standing } = this.#run;
    const silent = Math.max(0, this.#world.clock.wall() - (heard?.at ?? 0));
    const since = `no result for ${secondsOf(silent)} s (ttl ${secondsOf(this.#ttl)} s)`;
    const { output } = this.#run.record(null);
    if (isExpired) return `${since}${output.slice(output.indexOf(';'))}`;
    if (heard?.isFirst) return `${since}; there never was one`;
    return `${since}; last was ${standing.state.toUpperCase()}: ${output}`;
  }
}

const secondsOf = (ms: number): number => (ms < 10_000 ? Math.round(ms / 100) / 10 : Math.round(ms / 1_000));
