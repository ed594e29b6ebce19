import { sharedAbort } from '../base/abort.ts';
import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import { Disposal } from '../base/disposal.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { didYouMean } from '../base/nearest.ts';
import type { Shelf } from '../base/shelf.ts';
import type { DetectorRecord, DetectorTrial } from '../model/detector.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Detected, Detector } from '../plugins/kinds.ts';
import { revisionsOf } from '../plugins/plugin.ts';
import type { Registry } from '../plugins/registry.ts';
import { type Configuration, compare, type Difference, objectsOf, parametersFor } from './configuration.ts';
import { type DetectorRun, detectorPlan, detectorRun } from './detector-run.ts';
import type { Evaluator } from './evaluator.ts';
import type { Groups } from './groups.ts';
import type { Guard } from './guard.ts';
import { nextOnGrid, type Schedule, type Scheduled } from './schedule.ts';

const TIMEOUT_MS = 15_000;
/** A group may be a condition for another one; a chain of this length is seen at once, a longer one by the next runs. */
const MAX_ROUNDS = 3;

interface DetectingOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly bus: Bus<AgentEvent>;
  readonly guard: Guard;
  readonly schedule: Schedule;
  readonly shelf: Shelf;
  readonly evaluator: Evaluator;
  readonly plugins: Registry<Detector>;
  readonly groups: Groups;
  /** Is told first when the groups have changed, before anybody else hears of it. */
  groupsChanged(): void;
}

/** Runs the detectors of this node and thereby decides in which groups it is. */
export class Detecting {
  readonly #options: DetectingOptions;
  readonly #runs = new Map<string, DetectorRun>();
  /** Detectors of one interval run together, so that what they find is told at once. */
  readonly #scheduled = new Map<number, Scheduled>();
  readonly #due = new Set<DetectorRun>();
  readonly #stop = sharedAbort();
  readonly #listening = new Disposal();
  #working: Promise<void> | undefined;
  #isOn: boolean = true;
  #started: boolean = false;

  constructor(options: DetectingOptions) {
    this.#options = options;
  }

  /** Makes the detectors be what is written; those that stay the same are not touched. */
  apply({ packs, topics, staticGroups }: Configuration): Difference {
    const { groups, plugins } = this.#options;
    const isNewlyOn = topics.automaticDetection && !this.#isOn;
    this.#isOn = topics.automaticDetection;
    const objects = [...objectsOf(packs, 'detector').values()];
    const code = revisionsOf(plugins);
    const plans = objects.map((each) => detectorPlan(each, parametersFor(packs, each.packName, each.packLevel), code));
    const written = new Map(plans.map((plan) => [plan.object.id, plan]));
    const { added, changed, removed, difference } = compare(this.#runs, written);
    for (const id of removed) this.#drop(id);
    for (const [id, plan] of [...added, ...changed]) {
      const run = detectorRun(plan, plugins);
      if ('fault' in run) this.#refuse(id, run.fault);
      else this.#runs.set(id, run);
    }
    if (!this.#isOn) for (const id of this.#runs.keys()) groups.detect(id, []);
    groups.write(staticGroups);
    if (this.#started) this.#reschedule(isNewlyOn ? [...this.#runs.keys()] : [...added.keys(), ...changed.keys()]);
    return difference;
  }

  /** Takes back the groups of before a restart; each counts until its detector has run. */
  async restore(): Promise<void> {
    const { shelf, groups } = this.#options;
    for (const [id, kept] of await shelf.load()) {
      if (this.#isOn && this.#runs.has(id) && isTexts(kept)) groups.detect(id, kept);
      else shelf.delete(id);
    }
    groups.takeChange();
  }

  /** Runs every detector once, then each again and again, and when a collector that it reads saw something new. */
  async start(): Promise<void> {
    this.#started = true;
    const { bus } = this.#options;
    const listening = bus.on('collector-done', ({ collector, changed }) => {
      if (changed) void this.#run([...this.#runs.values()].filter((run) => run.collectors.has(collector.name)));
    });
    this.#listening.use(listening);
    this.#reschedule([]);
    await this.#run([...this.#runs.values()]);
  }

  records(): DetectorRecord[] {
    return [...this.#runs.values()].map((run) => run.record(this.#options.groups.from(run.id)));
  }

  /** Runs one detector or all of them now; what they find counts. Throws `not_found`, or `topic_disabled`. */
  async runNow(id?: string): Promise<DetectorTrial> {
    const runs = this.#chosen(id);
    const { groups } = this.#options;
    const before = groups.all;
    await this.#run(runs);
    return trial(before, groups.all, runs);
  }

  /** As `runNow`, but nothing of what they find counts. */
  async tryOut(id?: string): Promise<DetectorTrial> {
    const runs = this.#chosen(id);
    const { groups } = this.#options;
    const found = await Promise.all(runs.map(async (run) => ({ id: run.id, ...(await this.#detected(run)) })));
    const supposed = new Map(found.map((each) => [each.id, each.groups]));
    return trial(groups.all, groups.supposing(supposed), found);
  }

  /** The groups changed without a detector. */
  groupsMoved(): void {
    this.#tell();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the agent stops'));
    await this.#listening[Symbol.asyncDispose]();
    for (const each of this.#scheduled.values()) each[Symbol.dispose]();
    await this.#working;
  }

  /** One item of the schedule for each interval in use; what is named runs at once. */
  #reschedule(ids: readonly string[]): void {
    const intervals = new Set([...this.#runs.values()].map(({ intervalMs }) => intervalMs));
    for (const [intervalMs, scheduled] of this.#scheduled) {
      if (intervals.has(intervalMs)) continue;
      scheduled[Symbol.dispose]();
      this.#scheduled.delete(intervalMs);
    }
    for (const intervalMs of intervals) if (!this.#scheduled.has(intervalMs)) this.#schedule(intervalMs);
    this.#tell();
    void this.#run(ids.flatMap((id) => this.#runs.get(id) ?? []));
  }

  #schedule(intervalMs: number): void {
    const { schedule, clock } = this.#options;
    const next = nextOnGrid('detectors', intervalMs);
    const run = () => this.#run([...this.#runs.values()].filter((each) => each.intervalMs === intervalMs));
    this.#scheduled.set(intervalMs, schedule.add(next(clock.now()), { next, run }));
  }

  /** Runs detectors, after those that are running. */
  #run(runs: readonly DetectorRun[]): Promise<void> {
    if (!this.#isOn || this.#stop.signal.aborted) return Promise.resolve();
    for (const run of runs) this.#due.add(run);
    if (this.#due.size > 0) this.#working ??= this.#work();
    return this.#working ?? Promise.resolve();
  }

  /** Works until nothing is due. What becomes due at the very end is seen, as there is no wait between the last look and the mark. */
  async #work(): Promise<void> {
    try {
      for (let round = 0; this.#due.size > 0; round++) await this.#round(round < MAX_ROUNDS);
    } finally {
      this.#working = undefined;
    }
  }

  async #round(mayFollow: boolean): Promise<void> {
    const runs = [...this.#due].filter((run) => this.#runs.get(run.id) === run);
    this.#due.clear();
    await Promise.all(runs.map((run) => this.#once(run)));
    if (!this.#tell() || !mayFollow) return;
    for (const run of this.#runs.values()) if (run.isAboutGroups) this.#due.add(run);
  }

  async #once(run: DetectorRun): Promise<void> {
    const { groups, clock, log, shelf } = this.#options;
    const detected = await this.#detected(run);
    if (this.#stop.signal.aborted || !this.#isOn || this.#runs.get(run.id) !== run) return;
    if (run.end(detected.log, clock.wall()) && detected.log !== '') log.debug({ detector: run.id }, detected.log);
    if (sameTexts(groups.from(run.id), detected.groups)) return;
    groups.detect(run.id, detected.groups);
    if (detected.groups.length > 0) shelf.put(run.id, detected.groups);
    else shelf.delete(run.id);
  }

  #chosen(id: string | undefined): readonly DetectorRun[] {
    if (!this.#isOn) throw new OpsbroError('topic_disabled', 'automatic detection is switched off');
    if (id === undefined) return [...this.#runs.values()];
    const run = this.#runs.get(id);
    if (run) return [run];
    throw new OpsbroError('not_found', `no detector is named "${id}"${didYouMean(id, this.#runs.keys())}`);
  }

  async #detected(run: DetectorRun): Promise<Detected> {
    return run.appliesIn(this.#options.groups.all) ? await this.#ask(run) : { groups: [], log: '' };
  }

  async #ask(run: DetectorRun): Promise<Detected> {
    const { guard, evaluator } = this.#options;
    const limits = { timeoutMs: TIMEOUT_MS, signal: this.#stop.signal };
    const outcome = await guard.run(`detector ${run.id}`, limits, (signal) =>
      run.detect(async (text, purpose) => evaluator.evaluate(text, purpose, { data: run.data, signal })),
    );
    return outcome.status === 'ok' ? outcome.value : { groups: [], log: outcome.message };
  }

  /** Tells of what changed since the last time; whether something did. */
  #tell(): boolean {
    const change = this.#options.groups.takeChange();
    if (!change) return false;
    this.#options.groupsChanged();
    this.#options.bus.emit({ type: 'groups-change', ...change });
    return true;
  }

  /** An object that cannot be understood; a former version of it stays at work. */
  #refuse(id: string, fault: string): void {
    this.#options.log.warn({ detector: id }, fault);
  }

  #drop(id: string): void {
    const { groups, guard, shelf } = this.#options;
    this.#runs.delete(id);
    groups.detect(id, []);
    guard.forget(`detector ${id}`);
    shelf.delete(id);
  }
}

function trial(
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
  ran: readonly { readonly id: string; readonly log: string }[],
): DetectorTrial {
  return {
    groups: [...after],
    added: [...after].filter((group) => !before.has(group)),
    removed: [...before].filter((group) => !after.has(group)),
    logs: new Map(ran.filter(({ log }) => log !== '').map(({ id, log }) => [id, log])),
  };
}

const sameTexts = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, index) => text === b[index]);

const isTexts = (kept: unknown): kept is string[] =>
  Array.isArray(kept) && kept.every((each) => typeof each === 'string');
