import type { CheckRecord, CheckResult, CheckState, RecentResult, ShownState } from '../model/check.ts';
import type { CheckPlan } from './check-plan.ts';
import { type Attempts, nextState, PENDING, type Standing } from './check-state.ts';
import type { Digested } from './configuration.ts';
import { FLAP_STATES, type FlapMemory, NEVER_SEEN, withState } from './flapping.ts';

/** What of a check outlives the process. */
export interface KeptCheck {
  readonly nature: string;
  readonly reachesOut: boolean;
  readonly record: CheckRecord;
  /** Missing when another version kept it. */
  readonly flaps?: readonly CheckState[];
  readonly heard?: Heard | null;
}

/** The last time that a check which waits for results got one, or began to wait. */
export interface Heard {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Milliseconds that this one result holds, if it said so. */
  readonly ttlMs?: number;
  /** Nothing was ever reported. */
  readonly isFirst?: true;
}

interface Now {
  readonly mono: number;
  readonly wall: number;
}

/** How a result came. */
export interface Run {
  readonly durationMs: number;
  /** How long after it was due it began; 0 when left out. */
  readonly latencyMs?: number;
  /** It says that no result came in time. */
  readonly isExpiry?: true;
}

const NOTHING: Required<Omit<CheckResult, 'state' | 'reports' | 'badPerfdata'>> = {
  output: '',
  longOutput: '',
  perfdata: [],
  stderr: '',
  exit: null,
  command: [],
};

/** A check of this node: what it is, where it stands, and how its last run ended. Pure bookkeeping; when it runs is decided elsewhere. */
export class CheckRun implements Digested {
  #plan: CheckPlan;
  #standing: Standing;
  #flaps: FlapMemory = NEVER_SEEN;
  #recent: readonly RecentResult[] = [];
  #oldState: ShownState = 'pending';
  #hardSince: number | null = null;
  #lastChange: number | null = null;
  #lastCheck: number | null = null;
  #counted = Number.NEGATIVE_INFINITY;
  #results = 0;
  #refreshed = Number.NEGATIVE_INFINITY;
  #durationMs = 0;
  #latencyMs = 0;
  #isExpired: boolean = false;
  /** It asks the machine or the network, and not only what was collected; assumed until it has run. */
  reachesOut: boolean = true;
  /** Of a check that waits for results. */
  heard: Heard | null = null;
  #result = NOTHING;

  constructor(plan: CheckPlan) {
    this.#plan = plan;
    this.#standing = firstOf(plan);
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

  get isExpired(): boolean {
    return this.#isExpired;
  }

  /** Monotonic time of the last run that counted. */
  get counted(): number {
    return this.#counted;
  }

  /** How many results counted since the start. */
  get results(): number {
    return this.#results;
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
    this.#standing = firstOf(this.#plan);
    this.#flaps = NEVER_SEEN;
    this.#recent = [];
    this.#oldState = 'pending';
    this.#hardSince = null;
    this.#lastChange = null;
    this.#lastCheck = null;
    this.#counted = Number.NEGATIVE_INFINITY;
    this.#isExpired = false;
    this.reachesOut = true;
    this.heard = null;
    this.#result = NOTHING;
  }

  /** Takes back what was known before a restart, unless it is of something else. */
  restore({ nature, reachesOut, record, flaps = [], heard = null }: KeptCheck): void {
    if (nature !== this.#plan.nature) return;
    this.reachesOut = reachesOut;
    this.heard = heard;
    const { state, hardState, hard, attempt, output, longOutput, perfdata } = record;
    const { stderr = '', exit = null, command = [] } = record;
    this.#standing = { state, hardState, hard, attempt };
    this.#flaps = { states: flaps, percent: record.flapPercent, isFlapping: record.flapping };
    this.#recent = record.recent ?? [];
    this.#oldState = record.oldState;
    this.#hardSince = record.hardSince;
    this.#lastChange = record.lastChange;
    this.#lastCheck = record.lastCheck;
    this.#durationMs = record.durationMs;
    this.#isExpired = record.expired;
    this.#result = { output, longOutput, perfdata, stderr, exit, command };
  }

  /** Notes a result that counts. */
  count(result: CheckResult, now: Now, run: Run): void {
    const { durationMs, latencyMs = 0, isExpiry = false } = run;
    const before = this.#standing;
    this.#standing = nextState(before, result.state, this.#plan.attempts);
    this.#counted = now.mono;
    this.#results += 1;
    this.#lastCheck = now.wall;
    this.#durationMs = durationMs;
    this.#latencyMs = latencyMs;
    this.#isExpired = isExpiry;
    this.#recent = [...this.#recent.slice(1 - FLAP_STATES), { at: now.wall, state: result.state, durationMs }];
    this.#show(result, now);
    if (this.#standing.state !== before.state) {
      this.#oldState = before.state;
      this.#lastChange = now.wall;
    }
    if (this.#standing.hardState !== before.hardState) this.#hardSince = now.wall;
    // A problem that is not confirmed may yet have been nothing.
    if (this.#standing.hard || result.state === 'ok') {
      this.#flaps = withState(this.#flaps, result.state, this.#plan.flapLimits);
    }
  }

  /** Shows what a run that does not count says, at most every `leastMs`. */
  refresh(result: CheckResult, now: Now, leastMs: number): void {
    if (now.mono - this.#refreshed >= leastMs) this.#show(result, now);
  }

  #show({ state: _, badPerfdata: _bad, ...shown }: CheckResult, { mono }: Now): void {
    this.#refreshed = mono;
    this.#result = { ...NOTHING, ...shown };
  }

  get kept(): KeptCheck {
    return {
      nature: this.#plan.nature,
      reachesOut: this.reachesOut,
      record: this.record(null),
      flaps: this.#flaps.states,
      heard: this.heard,
    };
  }

  /** Everything known of it; `nextCheck` in epoch milliseconds. */
  record(nextCheck: number | null): CheckRecord {
    const { id, displayName, object, plugin, attempts, service } = this.#plan;
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
      lastHardChange: this.#hardSince,
      lastChange: this.#lastChange,
      lastCheck: this.#lastCheck,
      nextCheck,
      durationMs: this.#durationMs,
      latencyMs: this.#latencyMs,
      ...this.#result,
      recent: this.#recent,
      flapping: this.#flaps.isFlapping,
      flapPercent: this.#flaps.percent,
      stale: false,
      expired: this.#isExpired,
      suppressedBy: [],
      isWaiting: false,
      isDisabled: false,
      service,
    };
  }
}

/** Where a check stands before its first result. */
function firstOf({ waiting }: CheckPlan): Standing {
  const state = waiting?.initialState ?? 'pending';
  return state === 'pending' ? PENDING : { state, hardState: state, hard: true, attempt: 1 };
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
