import type { CheckRecord, CheckResult, ShownState } from '../model/check.ts';
import type { CheckPlan } from './check-plan.ts';
import { type Attempts, nextState, PENDING, type Standing } from './check-state.ts';
import type { Digested } from './configuration.ts';

/** What of a check outlives the process. */
export interface KeptCheck {
  readonly nature: string;
  readonly reachesOut: boolean;
  readonly record: CheckRecord;
}

interface Now {
  readonly mono: number;
  readonly wall: number;
}

/** A check of this node: what it is, where it stands, and how its last run ended. Pure bookkeeping; when it runs is decided elsewhere. */
export class CheckRun implements Digested {
  #plan: CheckPlan;
  #standing: Standing = PENDING;
  #oldState: ShownState = 'pending';
  #hardSince: number | null = null;
  #lastChange: number | null = null;
  #lastCheck: number | null = null;
  #counted = Number.NEGATIVE_INFINITY;
  #refreshed = Number.NEGATIVE_INFINITY;
  #durationMs = 0;
  /** It asks the machine or the network, and not only what was collected; assumed until it has run. */
  reachesOut: boolean = true;
  #result: Required<Omit<CheckResult, 'state'>> = { output: '', longOutput: '', perfdata: [] };

  constructor(plan: CheckPlan) {
    this.#plan = plan;
  }

  get digest(): string {
    return this.#plan.digest;
  }

  get plan(): CheckPlan {
    return this.#plan;
  }

  get standing(): Standing {
    return this.#standing;
  }

  /** Monotonic time of the last run that counted. */
  get counted(): number {
    return this.#counted;
  }

  /** Epoch milliseconds of the last run; `null` before the first. */
  get lastCheck(): number | null {
    return this.#lastCheck;
  }

  /** Takes another plan. State and counters last as long as it is still the same thing that is judged. */
  replan(plan: CheckPlan): void {
    const isOther = plan.nature !== this.#plan.nature;
    this.#plan = plan;
    if (isOther) this.reset();
  }

  /** Back to before the first result. */
  reset(): void {
    this.#standing = PENDING;
    this.#oldState = 'pending';
    this.#hardSince = null;
    this.#lastChange = null;
    this.#lastCheck = null;
    this.#counted = Number.NEGATIVE_INFINITY;
    this.reachesOut = true;
    this.#result = { output: '', longOutput: '', perfdata: [] };
  }

  /** Takes back what was known before a restart, unless it is of something else. */
  restore({ nature, reachesOut, record }: KeptCheck): void {
    if (nature !== this.#plan.nature) return;
    this.reachesOut = reachesOut;
    const { state, hardState, hard, attempt, output, longOutput, perfdata } = record;
    this.#standing = { state, hardState, hard, attempt };
    this.#oldState = record.oldState;
    this.#hardSince = record.hardSince;
    this.#lastChange = record.lastChange;
    this.#lastCheck = record.lastCheck;
    this.#durationMs = record.durationMs;
    this.#result = { output, longOutput, perfdata };
  }

  /** Notes a result that counts. */
  count(result: CheckResult, now: Now, durationMs: number): void {
    const before = this.#standing;
    this.#standing = nextState(before, result.state, this.#plan.attempts);
    this.#counted = now.mono;
    this.#lastCheck = now.wall;
    this.#durationMs = durationMs;
    this.#show(result, now);
    if (this.#standing.state !== before.state) {
      this.#oldState = before.state;
      this.#lastChange = now.wall;
    }
    if (this.#standing.hardState !== before.hardState) this.#hardSince = now.wall;
  }

  /** Shows what a run that does not count says, at most every `leastMs`. */
  refresh(result: CheckResult, now: Now, leastMs: number): void {
    if (now.mono - this.#refreshed >= leastMs) this.#show(result, now);
  }

  #show({ output, longOutput = '', perfdata = [] }: CheckResult, { mono }: Now): void {
    this.#refreshed = mono;
    this.#result = { output, longOutput, perfdata };
  }

  get kept(): KeptCheck {
    return { nature: this.#plan.nature, reachesOut: this.reachesOut, record: this.record(null) };
  }

  /** Everything known of it; `nextCheck` in epoch milliseconds. */
  record(nextCheck: number | null): CheckRecord {
    const { id, displayName, object, plugin, attempts } = this.#plan;
    const { state, hardState, hard, attempt } = this.#standing;
    return {
      id,
      displayName,
      packName: object.packName,
      packLevel: object.packLevel,
      kind: plugin.name,
      state,
      oldState: this.#oldState,
      hard,
      hardState,
      attempt,
      maxAttempts: neededOf(this.#standing, attempts),
      hardSince: this.#hardSince,
      lastChange: this.#lastChange,
      lastCheck: this.#lastCheck,
      nextCheck,
      durationMs: this.#durationMs,
      ...this.#result,
      flapping: false,
      flapPercent: 0,
      stale: false,
      expired: false,
      suppressedBy: [],
      isWaiting: false,
      service: '',
    };
  }
}

/** Results in a row that it takes until the present state is confirmed; of a good one, until a problem would be. */
function neededOf({ state, hard }: Standing, { problem, recovery }: Attempts): number {
  if (state === 'ok' && !hard) return recovery;
  return state === 'ok' || state === 'pending' ? problem.critical : problem[state];
}

/** Whether something read from disk is what was kept of a check. */
export function isKeptCheck(kept: unknown): kept is KeptCheck {
  if (typeof kept !== 'object' || kept === null || !('nature' in kept && 'record' in kept)) return false;
  const { record } = kept;
  return typeof record === 'object' && record !== null && 'hardState' in record && 'attempt' in record;
}
