import { parseDuration } from '../base/duration.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Reading } from '../expressions/contract.ts';
import type { Path } from '../expressions/paths.ts';
import { lookUp } from '../expressions/paths.ts';
import type { CollectorRecord, CollectorState } from '../model/collector.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Collect, Collector } from '../plugins/kinds.ts';
import { CollectError } from '../plugins/outcomes.ts';
import type { Digested } from './configuration.ts';
import type { Outcome } from './guard.ts';
import { countNumbers, sameTree } from './same-tree.ts';

const INTERVAL_MS = 10_000;
const LEAST_INTERVAL_MS = 1_000;
/** What is to run only once says that it never runs again; a grid of time needs a number. */
const MOST_INTERVAL_MS = 365 * 86_400_000;
const LONGEST_RUN_MS = 10_000;
const LEAST_AGE_MS = 30_000;
const NAMED_KEYS = 8;

/** How a collector is to be run: its plugin, and what people wrote for it. */
export interface CollectorPlan extends Digested {
  readonly plugin: Collector;
  readonly options: unknown;
  /** What is wrong with what was written; such a collector fails at every run. */
  readonly fault: string;
  readonly enabled: boolean;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly maxAgeMs: number;
}

interface Written {
  readonly parameters: Readonly<Record<string, unknown>>;
  /** As the pack has it; a bare number is seconds. */
  readonly interval?: string | number | undefined;
  readonly intervalMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly enabled: boolean;
}

/** What a collector is to do, by its own words and by what was written. */
export function planOf(plugin: Collector, written: Written): CollectorPlan {
  const { ms, fault } = readInterval(written.interval);
  const wantedMs = written.intervalMs ?? ms ?? plugin.intervalMs ?? INTERVAL_MS;
  const intervalMs = Math.min(MOST_INTERVAL_MS, Math.max(LEAST_INTERVAL_MS, wantedMs));
  const timeoutMs = written.timeoutMs ?? plugin.timeoutMs ?? Math.min(intervalMs, LONGEST_RUN_MS);
  return {
    plugin,
    options: written.parameters,
    fault,
    enabled: written.enabled,
    intervalMs,
    timeoutMs,
    maxAgeMs: plugin.maxAgeMs ?? Math.max(3 * intervalMs, LEAST_AGE_MS),
    digest: JSON.stringify([written, intervalMs, timeoutMs, plugin.revision]),
  };
}

function readInterval(written: string | number | undefined): { readonly ms?: number; readonly fault: string } {
  if (written === undefined) return { fault: '' };
  try {
    return { ms: parseDuration(written), fault: '' };
  } catch (error) {
    return { fault: `interval: ${messageOf(error)}` };
  }
}

/** What one run saw, and what there is to say of it. */
export interface Collected {
  readonly results: Metrics;
  readonly log: string;
}

/** What a collector saw, and when. */
interface Seen {
  readonly results: Metrics;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Monotonic; of what was restored, the start of the agent. */
  readonly mono: number;
  /** It was seen before the start of the agent. */
  readonly isRestored?: true;
}

/** What its place in the schedule says. */
interface Planned {
  /** Epoch milliseconds. */
  readonly nextCheck: number | null;
  readonly skipped: number;
}

/** A run that is going, and what it began with. */
interface Going {
  readonly plan: CollectorPlan;
}

interface Now {
  readonly mono: number;
  readonly wall: number;
}

/** A collector at work: what it is, what it saw last, and how its last run ended. Pure bookkeeping; when it runs is decided elsewhere. */
export class CollectorRun implements Digested {
  #plan: CollectorPlan;
  #collect: Collect | undefined;
  #state: CollectorState = 'pending';
  #log = '';
  #seen: Seen | undefined;
  #going: Going | undefined;
  #durationMs = 0;
  #lastRun: number | null = null;
  #runs = 0;
  #errors = 0;
  #skipped = 0;

  constructor(plan: CollectorPlan) {
    this.#plan = plan;
  }

  get digest(): string {
    return this.#plan.digest;
  }

  get plan(): CollectorPlan {
    return this.#plan;
  }

  /** Takes another plan; what was seen stays. */
  replan(plan: CollectorPlan): void {
    this.#plan = plan;
    this.#collect = undefined;
  }

  /** The configured plugin, made at first use. Throws `invalid_config` when its options are wrong. */
  collect(): Collect {
    const { fault } = this.#plan;
    if (fault !== '') throw new OpsbroError('invalid_config', fault);
    this.#collect ??= this.#plan.plugin.configure(this.#plan.options);
    return this.#collect;
  }

  /** Takes back what was seen before a restart. */
  restore(results: Metrics, now: Now, at: number): void {
    this.#seen = { results, at, mono: now.mono, isRestored: true };
  }

  /** Notes that a run begins, and gives by what it is known when it ends. */
  begin(): Going {
    this.#going = { plan: this.#plan };
    return this.#going;
  }

  /** Whether the run that is going began with a plan that holds no more. */
  get isOutdated(): boolean {
    return this.#going !== undefined && this.#going.plan !== this.#plan;
  }

  /** Whether what a run saw still counts: it was not planned anew since it began, nor has it been idle. */
  counts(going: Going): boolean {
    return going === this.#going && !this.isOutdated;
  }

  /** Notes runs that were due while another was going. */
  skipped(count: number): void {
    this.#skipped += count;
  }

  /** Notes that it may not run, and why; what was seen is gone. Tells whether that is new. */
  idle(state: 'not-eligible' | 'disabled', log: string): boolean {
    const changed = this.#state !== state || this.#log !== log;
    // A run that is still going must not meet the next one in what they remember.
    if (this.#going) this.#collect = undefined;
    this.#going = undefined;
    this.#become(state, log, undefined);
    return changed;
  }

  /** Notes how a run ended. Tells whether state or results differ from before. */
  end(outcome: Outcome<Collected>, now: Now): boolean {
    const [stateBefore, seenBefore] = [this.#state, this.#seen?.results];
    this.#going = undefined;
    this.#lastRun = now.wall;
    this.#runs += 1;
    this.#durationMs = outcome.ms;
    // What a run that was given up still does must not meet the next one in what they remember.
    if (outcome.status === 'timeout' && outcome.isAbandoned) this.#collect = undefined;
    this.#take(outcome, now);
    if (this.#state === 'error') this.#errors += 1;
    return this.#state !== stateBefore || !sameTree(seenBefore, this.#seen?.results);
  }

  #take(outcome: Outcome<Collected>, now: Now): void {
    if (outcome.status === 'ok' && Object.keys(outcome.value.results).length > 0) {
      const { results, log } = outcome.value;
      this.#become('ok', log, { results, at: now.wall, mono: now.mono });
    } else if (outcome.status === 'ok') {
      this.#become('error', 'The collector did send no data', this.#seen);
    } else if (outcome.status === 'not-eligible') {
      this.#become('not-eligible', outcome.message, undefined);
    } else {
      const partial = partOf(outcome);
      const seen = partial ? { results: partial, at: now.wall, mono: now.mono } : this.#seen;
      this.#become('error', outcome.message, seen);
    }
  }

  #become(state: CollectorState, log: string, seen: Seen | undefined): void {
    this.#state = state;
    this.#log = log;
    this.#seen = seen;
  }

  /** Whether it has ended a run, or never will start one. */
  get isSettled(): boolean {
    return this.#runs > 0 || this.#state === 'disabled' || this.#state === 'not-eligible';
  }

  get seen(): { readonly results: Metrics; readonly at: number } | undefined {
    return this.#seen;
  }

  /** What stands at `path` below this collector, whose name is the first segment. */
  read(path: Path, now: number): Reading {
    const { name } = this.#plan.plugin;
    const seen = this.#seen;
    if (!seen) return { found: false, reason: this.#whyNothing(name) };
    const age = now - seen.mono;
    if (age > this.#plan.maxAgeMs) return { found: false, reason: `stale (${Math.floor(age / 1_000)} s old)` };
    const value = lookUp(seen.results, path.segments, 1);
    if (value !== undefined) return { found: true, value };
    const keys = Object.keys(seen.results).slice(0, NAMED_KEYS).join(', ');
    return { found: false, reason: `no such key, collector ${name} has: ${keys}` };
  }

  #whyNothing(name: string): string {
    if (this.#state === 'pending') return `collector ${name} has not run yet`;
    return `collector ${name}: ${this.#state}${this.#log === '' ? '' : `, ${this.#log}`}`;
  }

  /** Everything known of it; runs that were skipped are those noted and those of the present schedule. */
  record(now: Now, { nextCheck, skipped }: Planned): CollectorRecord {
    const seen = this.#seen;
    return {
      name: this.#plan.plugin.name,
      state: this.#going ? 'running' : this.#state,
      log: this.#log,
      results: seen?.results ?? null,
      isActive: this.#state === 'ok',
      isRestored: seen?.isRestored ?? false,
      metrics: countNumbers(seen?.results),
      stale: seen !== undefined && now.mono - seen.mono > this.#plan.maxAgeMs,
      intervalMs: this.#plan.intervalMs,
      lastCheck: seen?.at ?? null,
      lastRun: this.#lastRun,
      nextCheck,
      durationMs: this.#durationMs,
      runsTotal: this.#runs,
      errorsTotal: this.#errors,
      skippedTotal: this.#skipped + skipped,
      ...(this.#plan.plugin.storesAll?.(this.#plan.options) && { storesAll: true }),
    };
  }
}

function partOf(outcome: Outcome<Collected>): Metrics | undefined {
  if (outcome.status !== 'error' || !(outcome.error instanceof CollectError)) return undefined;
  return outcome.error.partial;
}
