import { sharedAbort } from '../base/abort.ts';
import type { Bus } from '../base/bus.ts';
import { type Clock, delay } from '../base/clock.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { didYouMean } from '../base/nearest.ts';
import type { Random } from '../base/random.ts';
import type { Shelf } from '../base/shelf.ts';
import type { CheckRecord, CheckResult, ReportedResult, Reporting } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Member } from '../model/member.ts';
import type { PackObject } from '../model/pack.ts';
import type { Check } from '../plugins/kinds.ts';
import { type Activity, type ActivityWorld, CheckActivity } from './check-activity.ts';
import { writtenChecks } from './check-defaults.ts';
import { isNews, withSuppression } from './check-news.ts';
import { type CheckPlan, checkPlan, type WrittenCheck, writtenCheck } from './check-plan.ts';
import { DISABLED, type Rest, restWithout, SWITCHED_OFF, shippedPacks } from './check-rest.ts';
import { CheckRun, isKeptCheck, type KeptCheck } from './check-run.ts';
import { type Configuration, compare, type Difference, objectsOf } from './configuration.ts';
import { DefinedObjects } from './defined-objects.ts';
import { Dependencies } from './dependencies.ts';
import { Freshness, SWEEP_MS } from './freshness.ts';
import type { Judging } from './judging.ts';
import { PassiveActivity, type PassiveWorld } from './passive-activity.ts';
import { type Schedule, spreadOf } from './schedule.ts';
import { Slots } from './slots.ts';
import type { Suppression } from './suppression.ts';

/** A check that becomes active or is written anew runs within this time. */
const SOON_MS = 1_000;
/** First runs at the start of the agent are spread over at most this time. */
const START_SPREAD_MS = 10_000;
/** A state that was not current for longer begins anew. */
const FORGET_MS = 86_400_000;
/** How long runs that are going are waited for at the stop. */
const PATIENCE_MS = 5_000;
/** How long a problem waits for what it depends on to be looked at. */
const DEPENDENCY_WAIT_MS = 60_000;
/** Runs at once that use the network or the machine but start no program. */
const MAX_LIGHT = 64;

interface CheckingOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly bus: Bus<AgentEvent>;
  readonly schedule: Schedule;
  readonly shelf: Shelf;
  readonly judging: Judging;
  readonly plugins: Iterable<Check>;
  readonly self: { readonly id: string; readonly name: string; readonly zone: string };
  readonly maxParallel: number;
  groups(): ReadonlySet<string>;
  members(): ReadonlyMap<string, Member>;
  /** Whether a collector has ended a run, so that a check that reads it may run. */
  isSettled(collector: string): boolean;
  hasCollector(name: string): boolean;
}

/** Judges this node by its checks and keeps where each stands. */
export class Checking {
  readonly #options: CheckingOptions;
  readonly #world: ActivityWorld & PassiveWorld;
  readonly #runs = new Map<string, CheckRun>();
  /** The checks that apply to this node: at work, or at rest. */
  readonly #active = new Map<string, Activity | Rest>();
  readonly #defined = new DefinedObjects();
  readonly #stop = sharedAbort();
  readonly #dependencies: Dependencies;
  readonly #freshness: Freshness;
  #sweeping: Disposable | undefined;
  /** What was kept of checks that nobody has defined yet. */
  readonly #strays = new Map<string, KeptCheck>();
  /** The check whose result is being noted, so that it is told of once. */
  #counting: string | undefined;
  #listening: Disposable | undefined;
  #isOn: boolean = true;
  #shipped: ReadonlySet<string> = new Set();
  #configuration: Configuration | undefined;
  #phase: 'made' | 'starting' | 'going' = 'made';

  constructor(options: CheckingOptions) {
    this.#options = options;
    this.#world = {
      ...options,
      slots: { heavy: new Slots(options.maxParallel), light: new Slots(MAX_LIGHT) },
      stop: this.#stop.signal,
      isSettled: (collector) => options.isSettled(collector),
      isHeld: (id) => this.#dependencies.isHeld(id),
      counted: (run, before, result) => this.#counted(run, before, result),
      late: (run, result, at) => options.bus.emit({ type: 'check-late', check: this.record(run.plan.id), result, at }),
      keep: (run) => options.shelf.put(run.plan.id, run.kept),
    };
    this.#freshness = new Freshness(options.clock.now());
    this.#dependencies = new Dependencies({
      ...options,
      check: (id) => (this.#active.has(id) ? this.record(id) : undefined),
      results: (id) => ({ last: this.#runs.get(id)?.counted ?? 0, count: this.#runs.get(id)?.results ?? 0 }),
      runSoon: (id) => this.#runSoon(id),
      changed: (id, before) => this.#suppressionChanged(id, before),
      waitMs: () => this.#configuration?.dependencyWaitMs ?? DEPENDENCY_WAIT_MS,
    });
  }

  /** Makes the checks be what is written; those that stay the same are not touched. */
  apply(configuration: Configuration): Difference {
    const { packs, topics } = configuration;
    this.#configuration = configuration;
    const objects = this.#defined.joinedWith(objectsOf(packs, 'check').values());
    const written = writtenChecks(objects, configuration, this.#options.plugins);
    const { added, changed, removed, difference } = compare(this.#runs, written);
    this.#shipped = shippedPacks(packs);
    const before = this.records();
    for (const id of removed) this.#drop(id);
    for (const [id, check] of [...added, ...changed]) this.#take(id, check);
    this.#dependencies.apply([...this.#runs.values()].map(({ plan }) => plan));
    this.#rearrange(topics.monitoring, before);
    return difference;
  }

  /**
   * Adds checks that nobody wrote into a file, in the place of all that the same source gave before. Of two of one id the one of the
   * higher level counts, of one level the one of a file.
   */
  define(source: string, objects: readonly PackObject[]): Difference {
    this.#defined.set(source, objects);
    return this.#configuration ? this.apply(this.#configuration) : NO_DIFFERENCE;
  }

  /** Takes a result that somebody else came to; it counts like a run. Throws `not_found`, `topic_disabled`, or `bad_request`. */
  report(id: string, result: CheckResult, how: Reporting = {}): CheckRecord {
    const { activity } = this.#find(id);
    if (isRest(activity)) throw new OpsbroError('topic_disabled', activity.why);
    activity.report(result, how);
    return this.record(id);
  }

  /** Judges once by the fields of a check, as if a pack held it; nothing is noted. Throws `invalid_config`. */
  async judgeOnce(object: PackObject): Promise<CheckResult> {
    const { judging, plugins } = this.#options;
    const plan = checkPlan(writtenCheck(object, {}), plugins);
    return (await judging.judge(plan, new CheckRun(plan).record(null), this.#stop.signal)).result;
  }

  /** Takes back where the checks stood before a restart. */
  async restore(): Promise<void> {
    const { shelf } = this.#options;
    for (const [id, kept] of await shelf.load()) {
      const run = this.#runs.get(id);
      if (!isKeptCheck(kept)) shelf.delete(id);
      else if (run) run.restore(kept);
      // A part of the agent may bring it yet.
      else if (this.#idleOf(kept.record.lastCheck) < FORGET_MS) this.#strays.set(id, kept);
      else shelf.delete(id);
    }
  }

  /** Starts the checks that apply to this node, and follows the collectors. */
  start(): void {
    this.#listening = this.#options.bus.on('collector-done', ({ collector, changed }) => {
      if (changed) this.#dataChanged(collector.name);
    });
    const { clock, schedule } = this.#options;
    const next = (now: number) => now + SWEEP_MS;
    this.#sweeping = schedule.add(next(clock.now()), { next, run: async () => this.#sweep() });
    this.#phase = 'starting';
    this.groupsChanged();
    this.#phase = 'going';
  }

  /** Starts and ends checks as the groups of the node want it. */
  groupsChanged(): void {
    if (this.#phase === 'made') return;
    const groups = this.#options.groups();
    const before = [...this.#active.keys()];
    for (const [id, run] of this.#runs) {
      const applies = run.plan.appliesIn(groups);
      if (applies && !this.#active.has(id)) this.#activate(id, run);
      else if (!applies) this.#deactivate(id);
    }
    const isSame = before.length === this.#active.size && before.every((id) => this.#active.has(id));
    if (!isSame) this.#options.bus.emit({ type: 'checks-change' });
  }

  /** The checks that apply to this node. */
  records(): CheckRecord[] {
    return [...this.#active.keys()].map((id) => this.record(id));
  }

  /** Throws `not_found` with a suggestion. */
  record(id: string): CheckRecord {
    const { run, activity } = this.#find(id);
    const { clock } = this.#options;
    if (isRest(activity)) return { ...run.record(null), ...activity.shown };
    const { due } = activity;
    const record = run.record(due === undefined ? null : Math.round(clock.wall() + due - clock.now()));
    const shown = withSuppression(record, this.#dependencies.of(id));
    return this.#freshness.isStale(id) ? { ...shown, stale: true } : shown;
  }

  /** What is written of a check that applies to this node. Throws `not_found`. */
  plan(id: string): CheckPlan {
    return this.#find(id).run.plan;
  }

  /** Runs one now; the result counts. Throws `not_found`, or `topic_disabled`. */
  async run(id: string): Promise<CheckRecord> {
    const { activity } = this.#find(id);
    if (isRest(activity)) throw new OpsbroError('topic_disabled', activity.why);
    await activity.runNow();
    return this.record(id);
  }

  /** Starts nothing any more, waits for what runs, and ends it after a while; its result is not noted. */
  async stop(): Promise<void> {
    this.#listening?.[Symbol.dispose]();
    this.#sweeping?.[Symbol.dispose]();
    this.#dependencies[Symbol.dispose]();
    const activities = [...this.#active.keys()].flatMap((id) => this.#activity(id) ?? []);
    for (const activity of activities) activity[Symbol.dispose]();
    const enough = new AbortController();
    const patience = delay(this.#options.clock, PATIENCE_MS, enough.signal).catch(() => {});
    await Promise.race([Promise.all(activities.map((activity) => activity.settled)), patience]);
    enough.abort();
    this.#stop.abort(new Error('the agent stops'));
  }

  #find(id: string): { readonly run: CheckRun; readonly activity: Activity | Rest } {
    const run = this.#runs.get(id);
    const activity = this.#active.get(id);
    if (run && activity) return { run, activity };
    const why = run ? 'does not apply to this node' : `is not known${meant(id, [...this.#active.keys()])}`;
    throw new OpsbroError('not_found', `check "${id}" ${why}`);
  }

  #take(id: string, written: WrittenCheck): void {
    const { plugins, log, clock } = this.#options;
    try {
      const plan = checkPlan(written, plugins);
      const run = this.#runs.get(id);
      // How it waits may be another now, or that it waits at all.
      if (plan.waiting || run?.plan.waiting) this.#deactivate(id);
      if (run) run.replan(plan);
      else this.#runs.set(id, this.#newRun(plan));
      this.#activity(id)?.hasten(clock.now() + this.#spread(id) * SOON_MS);
    } catch (error) {
      if (!(error instanceof OpsbroError)) throw error;
      // A former version of it stays at work.
      log.warn({ check: id, file: written.object.file, line: written.object.line }, messageOf(error));
    }
  }

  #newRun(plan: CheckPlan): CheckRun {
    const run = new CheckRun(plan);
    const kept = this.#strays.get(plan.id);
    if (kept) run.restore(kept);
    this.#strays.delete(plan.id);
    return run;
  }

  /** Milliseconds since a check was run. */
  #idleOf(lastCheck: number | null): number {
    return lastCheck === null ? 0 : this.#options.clock.wall() - lastCheck;
  }

  #activate(id: string, run: CheckRun): void {
    const { clock } = this.#options;
    const now = clock.now();
    if (this.#idleOf(run.lastCheck) > FORGET_MS + run.plan.intervalMs) run.reset();
    const { waiting } = run.plan;
    const atWork = () =>
      waiting
        ? new PassiveActivity(run, waiting, this.#world)
        : new CheckActivity(run, now + this.#firstWait(id, run), this.#world);
    this.#active.set(id, this.#restOf(run) ?? atWork());
  }

  /** Why a check that applies does not run, if so. */
  #restOf({ plan }: CheckRun): Rest | undefined {
    if (!this.#isOn) return SWITCHED_OFF;
    if (!plan.isEnabled) return DISABLED;
    return this.#shipped.has(plan.object.packName) ? restWithout(plan, this.#options.hasCollector) : undefined;
  }

  /** Milliseconds until the first run: at the start, a known state goes on as planned and the others are spread; later it is soon. */
  #firstWait(id: string, run: CheckRun): number {
    const { intervalMs } = run.plan;
    if (this.#phase !== 'starting') return this.#spread(id) * SOON_MS;
    if (run.lastCheck === null) return this.#spread(id) * Math.min(intervalMs, START_SPREAD_MS);
    const left = run.lastCheck + intervalMs - this.#options.clock.wall();
    return Math.min(Math.max(left, SOON_MS), intervalMs);
  }

  #spread(id: string): number {
    return spreadOf(`${this.#options.self.id} ${id}`);
  }

  #activity(id: string): Activity | undefined {
    const activity = this.#active.get(id);
    return activity && !isRest(activity) ? activity : undefined;
  }

  #deactivate(id: string): void {
    this.#activity(id)?.[Symbol.dispose]();
    this.#active.delete(id);
    this.#dependencies.forget(id);
    this.#freshness.renew(id);
  }

  #drop(id: string): void {
    this.#deactivate(id);
    this.#runs.delete(id);
    this.#options.shelf.delete(id);
  }

  /** Starts and ends activities as what is written wants it. States stay; while a check rests it is shown as its rest says. */
  #rearrange(isOn: boolean, before: readonly CheckRecord[]): void {
    this.#isOn = isOn;
    for (const [id, activity] of [...this.#active]) {
      const run = this.#runs.get(id);
      const rest = isRest(activity) ? activity.why : undefined;
      if (run && rest !== this.#restOf(run)?.why) this.#deactivate(id);
    }
    this.groupsChanged();
    for (const record of before) {
      if (this.#active.has(record.id)) this.#tell(record, this.record(record.id), null);
    }
  }

  #dataChanged(collector: string): void {
    for (const id of this.#active.keys()) {
      if (this.#runs.get(id)?.plan.collectors.has(collector)) this.#activity(id)?.dataChanged();
    }
  }

  /** A program tells of another check, which may not be one that waits for results. */
  #passOn({ plan }: CheckRun, { id, ...result }: ReportedResult): void {
    const waits = this.#active.has(id) && this.#runs.get(id)?.plan.plugin.waiting !== undefined;
    if (waits) this.report(id, result);
    else this.#options.log.warn({ check: plan.id, id }, 'a script reports a check that does not wait for results');
  }

  #counted(run: CheckRun, before: CheckRecord, result: CheckResult): void {
    const { id } = run.plan;
    if (!this.#active.has(id)) return;
    this.#options.shelf.put(id, run.kept);
    const known = { ...withSuppression(before, this.#dependencies.of(id)), stale: this.#freshness.renew(id) };
    this.#counting = id;
    this.#dependencies.ran(this.record(id));
    this.#counting = undefined;
    const check = this.record(id);
    this.#tell(known, check, result);
    this.#options.bus.emit({ type: 'check-done', check, result });
    this.#dependencies.parentRan(id);
    for (const reported of result.reports ?? []) this.#passOn(run, reported);
  }

  /** Tells of checks that have not run for too long. */
  #sweep(): void {
    const working = [...this.#active].filter((each): each is [string, Activity] => !isRest(each[1]));
    for (const id of this.#freshness.sweep(this.#options.clock.now(), working)) {
      const check = this.record(id);
      this.#tell({ ...check, stale: false }, check, null);
    }
  }

  #suppressionChanged(id: string, before: Suppression): void {
    if (id === this.#counting || !this.#active.has(id)) return;
    const check = this.record(id);
    this.#tell(withSuppression({ ...check, suppressedBy: [], isWaiting: false }, before), check, null);
  }

  #runSoon(id: string): void {
    const activity = this.#activity(id);
    if (!activity || this.#runs.get(id)?.plan.waiting) return;
    // Not within the call that found out, which may be in the middle of a run.
    void Promise.resolve()
      .then(() => activity.runNow())
      .catch((error) => this.#options.log.error({ check: id, error }, 'the check could not be run'));
  }

  #tell(before: CheckRecord, check: CheckRecord, result: CheckResult | null): void {
    if (isNews(before, check)) this.#options.bus.emit({ type: 'check-change', check, before, result });
  }
}

const NO_DIFFERENCE: Difference = { added: 0, changed: 0, removed: 0, unchanged: 0 };

const isRest = (activity: Activity | Rest): activity is Rest => 'why' in activity;

/** A suggestion for an id that is not known: many leave out the pack. */
function meant(id: string, known: readonly string[]): string {
  const full = known.find((each) => each.endsWith(`/${id}`));
  return full === undefined ? didYouMean(id, known) : `; did you mean "${full}"?`;
}
