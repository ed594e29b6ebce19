import { sharedAbort } from '../base/abort.ts';
import type { Bus } from '../base/bus.ts';
import { type Clock, delay, every } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import { didYouMean, nearest } from '../base/nearest.ts';
import type { Shelf } from '../base/shelf.ts';
import type { Reading } from '../expressions/contract.ts';
import type { Path } from '../expressions/paths.ts';
import type { CollectorRecord } from '../model/collector.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import type { Collector } from '../plugins/kinds.ts';
import { CollectError, NotAnswering } from '../plugins/outcomes.ts';
import { treeFault } from '../plugins/tree-fault.ts';
import { type Collected, type CollectorPlan, CollectorRun, planOf } from './collector-run.ts';
import { type Configuration, compare, type Difference, parametersOf } from './configuration.ts';
import type { Guard } from './guard.ts';
import { nextOnGrid, type Schedule, type Scheduled } from './schedule.ts';
import type { Turns } from './turns.ts';

/** How often what was seen is written down. */
const RETAIN_MS = 60_000;

/** Longer than a run may take that does not say otherwise. */
const START_WAIT_MS = 12_000;

interface CollectingOptions {
  readonly clock: Clock;
  readonly host: Host;
  readonly bus: Bus<AgentEvent>;
  readonly guard: Guard;
  readonly schedule: Schedule;
  /** Keeps the starts of runs apart, so that they do not all want the processor at once. */
  readonly turns: Turns;
  readonly shelf: Shelf;
  readonly plugins: Iterable<Collector>;
  /** The groups of this node, as they are now. */
  groups(): ReadonlySet<string>;
}

/** Runs the collectors of this node and keeps what they saw. */
export class Collecting {
  readonly #options: CollectingOptions;
  readonly #runs = new Map<string, CollectorRun>();
  readonly #scheduled = new Map<string, Scheduled>();
  readonly #unsaved = new Set<string>();
  readonly #stop = sharedAbort();
  #saving: Disposable | undefined;
  #started: boolean = false;

  constructor(options: CollectingOptions) {
    this.#options = options;
  }

  /** Makes the collectors be what is written; those that stay the same are not touched. */
  apply(configuration: Configuration): Difference {
    const plans = new Map(Array.from(this.#options.plugins, (each) => [each.name, planned(each, configuration)]));
    const { added, changed, removed, difference } = compare(this.#runs, plans);
    for (const name of removed) this.#drop(name);
    for (const [name, plan] of added) this.#runs.set(name, new CollectorRun(plan));
    for (const [name, plan] of changed) this.#runs.get(name)?.replan(plan);
    if (this.#started) for (const name of [...added.keys(), ...changed.keys()]) void this.#begin(name);
    return difference;
  }

  /** Takes back what was seen before a restart. */
  async restore(): Promise<void> {
    const { clock, shelf } = this.#options;
    for (const [name, kept] of await shelf.load()) {
      const run = this.#runs.get(name);
      if (run?.plan.enabled && isKept(kept)) run.restore(kept.results, this.#now(), kept.at);
      else if (!run) shelf.delete(name);
    }
    this.#saving = every(clock, RETAIN_MS, () => this.#save());
  }

  /**
   * Starts every collector, one shortly after the other, and then again and again. Resolves when each has ended a run; who takes very long
   * is not waited for.
   */
  async start(): Promise<void> {
    this.#started = true;
    const enough = new AbortController();
    const begun = Promise.all([...this.#runs.keys()].map((name) => this.#begin(name)));
    const late = delay(this.#options.clock, START_WAIT_MS, enough.signal).catch(() => undefined);
    await Promise.race([begun, late]);
    enough.abort();
  }

  /** Looks again at collectors that wait for a group. */
  groupsChanged(): void {
    if (!this.#started) return;
    for (const [name, run] of this.#runs) {
      const mayRun = this.#whyNot(run) === undefined;
      if (mayRun !== this.#scheduled.has(name)) void this.#begin(name);
    }
  }

  records(): CollectorRecord[] {
    return [...this.#runs.values()].map((run) => this.#recordOf(run));
  }

  /** Whether a collector of that name exists, whatever it is at. */
  has(name: string): boolean {
    return this.#runs.has(name);
  }

  /** Throws `not_found` with a suggestion. */
  record(name: string): CollectorRecord {
    return this.#recordOf(this.#find(name));
  }

  /** Runs one now and gives its record. Throws `not_found`. */
  async run(name: string): Promise<CollectorRecord> {
    const run = this.#find(name);
    await (this.#scheduled.get(name)?.runNow() ?? this.#once(run));
    return this.#recordOf(run);
  }

  /** Whether a collector has ended a run, never will, or does not exist, so that nobody needs to wait for it. */
  isSettled(name: string): boolean {
    return this.#runs.get(name)?.isSettled ?? true;
  }

  /** What stands at `collector.<path>`. */
  read(path: Path): Reading {
    const [name = ''] = path.segments;
    const run = this.#runs.get(name);
    if (run) return run.read(path, this.#options.clock.now());
    const meant = nearest(name, this.#runs.keys(), 1);
    return { found: false, reason: `unknown collector${meant === undefined ? '' : `, did you mean "${meant}"?`}` };
  }

  /** Ends running collectors and writes down what was seen. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the agent stops'));
    this.#saving?.[Symbol.dispose]();
    for (const each of this.#scheduled.values()) each[Symbol.dispose]();
    if (this.#saving) this.#save();
  }

  /** Runs one at once if it may run, and plans its next runs; otherwise notes why it may not. */
  async #begin(name: string): Promise<void> {
    const run = this.#find(name);
    const why = this.#whyNot(run);
    if (why) {
      this.#unschedule(name);
      if (run.idle(why.state, why.log)) this.#tell(run);
      return;
    }
    const due = nextOnGrid(name, run.plan.intervalMs)(this.#options.clock.now());
    const scheduled = this.#scheduled.get(name) ?? this.#schedule(run, due);
    scheduled.moveTo(Math.min(scheduled.due, due));
    const { isOutdated } = run;
    await scheduled.runNow();
    // That was the run which had begun with what was written before.
    if (isOutdated) await scheduled.runNow();
  }

  #schedule(run: CollectorRun, due: number): Scheduled {
    const { name } = run.plan.plugin;
    const scheduled = this.#options.schedule.add(due, {
      next: (now) => nextOnGrid(name, run.plan.intervalMs)(now),
      run: () => this.#once(run),
    });
    this.#scheduled.set(name, scheduled);
    return scheduled;
  }

  #whyNot({ plan }: CollectorRun): { state: 'disabled' | 'not-eligible'; log: string } | undefined {
    if (!plan.enabled) return { state: 'disabled', log: 'switched off in the configuration' };
    const { group } = plan.plugin;
    if (group === undefined || this.#options.groups().has(group)) return undefined;
    return { state: 'not-eligible', log: `Please add the ${group} group to enable this collector.` };
  }

  async #once(run: CollectorRun): Promise<void> {
    if (!(await this.#isTurnOf(run))) return;
    const { guard, host } = this.#options;
    const { plugin, timeoutMs } = run.plan;
    const going = run.begin();
    const limits = { timeoutMs, signal: this.#stop.signal };
    const outcome = await guard.run(`collector ${plugin.name}`, limits, (signal) =>
      collected(run.collect()(host, signal)),
    );
    if (this.#stop.signal.aborted || this.#runs.get(plugin.name) !== run || !run.counts(going)) return;
    const changed = run.end(outcome, this.#now());
    this.#unsaved.add(plugin.name);
    this.#tell(run, changed);
  }

  /** Waits for its turn; while it waits, it may have become unwanted. */
  async #isTurnOf(run: CollectorRun): Promise<boolean> {
    const { signal } = this.#stop;
    await this.#options.turns.take(signal).catch(() => undefined);
    return !signal.aborted && this.#runs.get(run.plan.plugin.name) === run && this.#whyNot(run) === undefined;
  }

  #tell(run: CollectorRun, changed = true): void {
    this.#options.bus.emit({ type: 'collector-done', collector: this.#recordOf(run), changed });
  }

  #save(): void {
    for (const name of this.#unsaved) {
      const seen = this.#runs.get(name)?.seen;
      if (seen) this.#options.shelf.put(name, { at: seen.at, results: seen.results });
      else this.#options.shelf.delete(name);
    }
    this.#unsaved.clear();
  }

  #drop(name: string): void {
    this.#unschedule(name);
    this.#runs.delete(name);
    this.#options.guard.forget(`collector ${name}`);
    this.#options.shelf.delete(name);
  }

  #unschedule(name: string): void {
    const scheduled = this.#scheduled.get(name);
    this.#runs.get(name)?.skipped(scheduled?.skipped ?? 0);
    scheduled?.[Symbol.dispose]();
    this.#scheduled.delete(name);
  }

  #find(name: string): CollectorRun {
    const run = this.#runs.get(name);
    if (run) return run;
    throw new OpsbroError('not_found', `no collector is named "${name}"${didYouMean(name, this.#runs.keys())}`);
  }

  #recordOf(run: CollectorRun): CollectorRecord {
    const { due, skipped = 0 } = this.#scheduled.get(run.plan.plugin.name) ?? {};
    const now = this.#now();
    const nextCheck = due === undefined ? null : Math.round(now.wall + due - now.mono);
    return run.record(now, { nextCheck, skipped });
  }

  #now(): { readonly mono: number; readonly wall: number } {
    const { clock } = this.#options;
    return { mono: clock.now(), wall: clock.wall() };
  }
}

/** That a service does not answer is what was seen of it. */
async function collected(run: Promise<Metrics>): Promise<Collected> {
  try {
    return { results: treeOf(await run), log: '' };
  } catch (error) {
    if (error instanceof CollectError && error.partial !== undefined) treeOf(error.partial);
    if (!(error instanceof NotAnswering)) throw error;
    return { results: treeOf(error.results), log: error.message };
  }
}

/** What was given, if it is a tree; throws otherwise, so that nothing but trees passes the wall. */
function treeOf(given: Metrics): Metrics {
  const fault = treeFault(given);
  if (fault === '') return given;
  throw new Error(`The collector did send something that is no tree of values: ${fault}`);
}

/** agent.yml wins over the parameters of the pack. A pack that many collectors share cannot set the interval of all. */
function planned(plugin: Collector, { packs, collectors, topics }: Configuration): CollectorPlan {
  const parameters = parametersOf(packs, plugin.pack ?? plugin.name);
  const settings = collectors.get(plugin.name);
  const { interval, enabled } = parameters;
  const isOwnPack = plugin.pack === undefined && (typeof interval === 'string' || typeof interval === 'number');
  return planOf(plugin, {
    parameters,
    interval: settings?.intervalMs === undefined && isOwnPack ? interval : undefined,
    intervalMs: settings?.intervalMs,
    timeoutMs: settings?.timeoutMs,
    enabled: topics.metrology && (settings?.enabled ?? enabled !== false),
  });
}

interface Kept {
  readonly at: number;
  readonly results: Metrics;
}

function isKept(kept: unknown): kept is Kept {
  if (typeof kept !== 'object' || kept === null || !('at' in kept && 'results' in kept)) return false;
  return typeof kept.at === 'number' && typeof kept.results === 'object' && kept.results !== null;
}
