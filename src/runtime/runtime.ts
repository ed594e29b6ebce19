import { sharedAbort } from '../base/abort.ts';
import type { AlertKind, AlertNode, Alerts, Mutes, Muting } from '../model/alert.ts';
import type { CheckRecord, CheckResult, Reporting } from '../model/check.ts';
import type { CollectorRecord } from '../model/collector.ts';
import type { DetectorRecord, DetectorTrial } from '../model/detector.ts';
import type { Evaluated } from '../model/expression.ts';
import type { HandlerRecord, QueuedMessage, RouteExplanation, RouteQuestion, TestOutcome } from '../model/handler.ts';
import type { PackObject, YamlMap } from '../model/pack.ts';
import { functionTable, type NodeFacts, type TextStyle } from '../plugins/function.ts';
import { revisionsOf } from '../plugins/plugin.ts';
import { type ScriptRules, USUAL_RULES } from '../plugins/script-command.ts';
import { Alerting, type MarkedAlerts } from './alerting.ts';
import { Checking } from './checking.ts';
import { Collecting } from './collecting.ts';
import { type Configuration, type Difference, parametersOf, sumOf } from './configuration.ts';
import { Dashboards } from './dashboards.ts';
import { Detecting } from './detecting.ts';
import { Evaluator } from './evaluator.ts';
import { Groups } from './groups.ts';
import { Guard, type RunCounts } from './guard.ts';
import { Desks } from './handler-desk.ts';
import { Judging } from './judging.ts';
import { macroFacts } from './node-facts.ts';
import { NO_OBJECT } from './object-data.ts';
import { Offers } from './offers.ts';
import { Polling } from './polling.ts';
import type { RuntimeOptions } from './runtime-options.ts';
import { Schedule } from './schedule.ts';
import type { Services } from './services.ts';
import { Turns } from './turns.ts';
import { withWritten } from './written-collectors.ts';

const START_GAP_MS = 50;
/** People wait for what the first runs see. */
const FIRST_GAP_MS = 10;

/** Nothing is muted. */
const NO_MUTES: Mutes = {
  of: () => ({ silences: [], maintenance: null, isEndMuted: false }),
  onChange: () => ({ [Symbol.dispose]: () => {} }),
};

/** Nothing runs compliance rules here. */
const NO_RULES: ReadonlyMap<string, string> = new Map();

/** The work of this node on itself: collects, detects its groups, judges itself by checks, and tells people. */
export class Runtime implements AsyncDisposable {
  readonly #options: RuntimeOptions;
  readonly #guard: Guard;
  readonly #schedule: Schedule;
  readonly #groups: Groups;
  readonly #evaluator: Evaluator;
  readonly #collecting: Collecting;
  readonly #detecting: Detecting;
  readonly #checking: Checking;
  readonly #alerting: Alerting;
  readonly #offers: Offers;
  readonly #facts: Map<string, string>;
  readonly #stop = sharedAbort();
  /** The pollsters, and the samples they took. */
  readonly polling: Polling;
  /** The dashboards of the packs, and their values. */
  readonly dashboards: Dashboards;
  #zone: string;
  #configuration: Configuration;
  /** The version of the functions in use that packs bring. */
  #functionsCode: string;
  /** Every collector has ended its first run. */
  #hasLooked: boolean = false;

  /** Makes all parts from the configuration; nothing runs before `start`. */
  constructor(options: RuntimeOptions) {
    const { clock, log, bus, plugins, shelves, node, configuration } = options;
    this.#options = options;
    this.#configuration = configuration;
    this.#functionsCode = revisionsOf(plugins.functions);
    this.#guard = new Guard(clock, log);
    this.#schedule = new Schedule(clock, (error) => log.error({ err: error }, 'a run was given up'));
    this.#zone = node.zone;
    this.#facts = macroFacts(node);
    this.#groups = new Groups(node.zone);
    const { startGapMs: gapMs = START_GAP_MS } = options;
    const turns = new Turns(clock, () => (this.#hasLooked ? gapMs : Math.min(gapMs, FIRST_GAP_MS)));
    const parts = { ...options, guard: this.#guard, schedule: this.#schedule, turns };
    const groups = () => this.#groups.all;
    this.polling = new Polling({ ...options, ...plugins, record: (name) => this.#collecting.record(name) });
    const collectors = withWritten(this.polling, plugins.collectors, () => this.#configuration.packs);
    this.#collecting = new Collecting({ ...parts, groups, shelf: shelves.collectors, plugins: collectors });
    const variables = () => this.#configuration.variables;
    this.#evaluator = new Evaluator({
      ...options,
      variables,
      functions: functionTable(plugins.functions),
      node: this.#nodeFacts(),
      collector: (path) => this.#collecting.read(path),
    });
    const evaluator = this.#evaluator;
    this.#detecting = new Detecting({
      ...parts,
      evaluator,
      groups: this.#groups,
      shelf: shelves.groups,
      plugins: plugins.detectors,
      groupsChanged: () => this.#groupsChanged(),
    });
    this.#checking = new Checking({
      ...parts,
      groups,
      judging: new Judging({ ...parts, evaluator, variables, facts: this.#facts, scripts: () => this.#scripts }),
      shelf: shelves.checks,
      plugins: plugins.checks,
      self: this.#self(),
      maxParallel: configuration.maxParallel,
      isSettled: (collector) => this.#collecting.isSettled(collector),
      hasCollector: (name) => this.#collecting.has(name),
    });
    this.#alerting = new Alerting({
      ...{ bus, log, clock, shelves, random: options.random, guard: this.#guard },
      ...{ plugins: plugins.handlers, desks: new Desks(options), zone: options.gathering },
      mutes: options.mutes ?? NO_MUTES,
      functions: functionTable(plugins.functions),
      sender: { uuid: node.id, name: node.name, zone: node.zone, version: node.version ?? '' },
      node: () => this.#alertNode(),
      checks: () => this.#checking.records(),
      definition: (check) => this.#checking.plan(check).object.definition,
      isSpokenFor: (check) => this.#offers.services.speaksFor(check),
    });
    this.#offers = this.#newOffers();
    this.dashboards = new Dashboards({
      ...options,
      evaluator,
      signal: this.#stop.signal,
      node: node.name,
      packs: () => this.#configuration.packs,
      checks: () => this.#checking.records(),
    });
    this.#applyAll(configuration);
  }

  get #scripts(): ScriptRules {
    return this.#configuration.scripts ?? USUAL_RULES;
  }

  /** Takes back what is known from before a restart; from here on `groups` and `checks` answer with it. */
  async restore(): Promise<void> {
    await this.#collecting.restore();
    await this.#detecting.restore();
    await this.#checking.restore();
    await this.#alerting.restore();
    await this.#offers.services.restore();
  }

  /** Starts all work. Resolves when collectors and detectors have each done one round; checks come after it. */
  async start(): Promise<void> {
    this.#alerting.start();
    await this.#collecting.start();
    this.#hasLooked = true;
    if (this.#stop.signal.aborted) return;
    await this.#detecting.start();
    if (this.#stop.signal.aborted) return;
    this.#checking.start();
    this.#alerting.checksGo();
    this.#offers.start();
  }

  /** Puts another configuration in effect; only what differs is touched. Tells what became of objects and plugins. */
  apply(configuration: Configuration): Difference {
    this.#configuration = configuration;
    const { functions } = this.#options.plugins;
    const code = revisionsOf(functions);
    if (code !== this.#functionsCode) this.#evaluator.useFunctions(functionTable(functions));
    this.#functionsCode = code;
    return this.#applyAll(configuration);
  }

  /** This node is in another zone from now on. */
  moveTo(zone: string): void {
    this.#zone = zone;
    this.#facts.set('node.zone', zone);
    this.#groups.move(zone);
    this.#detecting.groupsMoved();
  }

  /** All groups of this node, sorted. */
  get groups(): ReadonlySet<string> {
    return this.#groups.all;
  }

  collectors(): CollectorRecord[] {
    return this.#collecting.records();
  }

  /** Throws `not_found`. */
  collector(name: string): CollectorRecord {
    return this.#collecting.record(name);
  }

  /** Runs a collector now and gives its record. Throws `not_found`. */
  async runCollector(name: string): Promise<CollectorRecord> {
    return await this.#collecting.run(name);
  }

  detectors(): DetectorRecord[] {
    return this.#detecting.records();
  }

  /** Runs one detector or all of them now. `isDry`: only tells what would come of it. Throws `not_found`, or `topic_disabled`. */
  async runDetectors(id: string | undefined, { isDry }: { readonly isDry: boolean }): Promise<DetectorTrial> {
    return await (isDry ? this.#detecting.tryOut(id) : this.#detecting.runNow(id));
  }

  /** The checks that apply to this node. */
  checks(): CheckRecord[] {
    return this.#checking.records();
  }

  /** Throws `not_found`. */
  check(id: string): CheckRecord {
    return this.#checking.record(id);
  }

  /** The services that this node offers. */
  get services(): Services {
    return this.#offers.services;
  }

  /** What is written of a check. Throws `not_found`. */
  checkDefinition(id: string): YamlMap {
    return this.#checking.plan(id).object.definition;
  }

  /** Runs a check now and gives its record. Throws `not_found`, or `topic_disabled`. */
  async runCheck(id: string): Promise<CheckRecord> {
    return await this.#checking.run(id);
  }

  /** Takes a result of a check that somebody else came to. Throws `not_found`, `topic_disabled`, or `bad_request`. */
  reportCheck(id: string, result: CheckResult, how?: Reporting): CheckRecord {
    return this.#checking.report(id, result, how);
  }

  /** Adds checks that nobody wrote into a file, in the place of all that the same source gave before. */
  defineChecks(source: string, objects: readonly PackObject[]): Difference {
    return this.#checking.define(source, objects);
  }

  /** As `defineChecks`, for checks and services. */
  define(source: string, objects: readonly PackObject[]): void {
    const of = (type: PackObject['type']) => objects.filter((object) => object.type === type);
    this.#checking.define(source, of('check'));
    this.#offers.services.define(source, of('service'));
  }

  /** Judges once by the fields of a check, as if a pack held it; nothing is noted. Throws `invalid_config`. */
  async judgeOnce(object: PackObject): Promise<CheckResult> {
    return await this.#checking.judgeOnce(object);
  }

  /** The outcome of an expression as it would be for an object of `pack`, if one is named. */
  async evaluate(text: string, pack?: string, style: TextStyle = 'plain'): Promise<Evaluated> {
    const parameters = pack === undefined ? {} : parametersOf(this.#configuration.packs, pack);
    const data = { ...NO_OBJECT, parameters };
    return await this.#evaluator.evaluate(text, 'value', { data, style, signal: this.#stop.signal });
  }

  /** Runs of all plugins since the start. */
  get counts(): RunCounts {
    return this.#guard.counts;
  }

  /** The alerts of this node. */
  get alerts(): Alerts {
    return this.#alerting.alerts;
  }

  /** What the alerts say to those who act by themselves. */
  get muting(): Muting {
    return this.#alerting.alerts;
  }

  /** Whether a handler that is on wants to hear of alerts of that kind. */
  tells(kind: AlertKind): boolean {
    return this.#alerting.tells(kind);
  }

  /** Takes alerts of another node of the zone over; throws `conflict` when their handler is another here. */
  async takeAlerts(given: MarkedAlerts): Promise<void> {
    await this.#alerting.take(given);
  }

  /** The handlers and how they fare. */
  handlers(): HandlerRecord[] {
    return this.#alerting.handlers();
  }

  /** What waits for handlers, given up messages included. */
  handlerQueue(): QueuedMessage[] {
    return this.#alerting.queue();
  }

  /** Sends a message that is marked as a test and tells what came of it. Throws `not_found`. */
  async testHandler(id: string): Promise<TestOutcome> {
    return await this.#alerting.test(id);
  }

  /** Tries every waiting message at once, those that were given up included; tells how many. */
  retryHandlers(): number {
    return this.#alerting.retry();
  }

  /** Who would be told of an alert, when, and why others are not. Throws `not_found`. */
  explainRoute(question: RouteQuestion): RouteExplanation {
    return this.#alerting.explain(question);
  }

  /** Ends all work: running checks get up to 5 s, everything else ends at once, and what was seen is kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the agent stops'));
    this.#offers.stop();
    await this.#checking.stop();
    await this.#detecting.stop();
    await this.#collecting.stop();
    await this.#alerting.stop();
    this.#schedule[Symbol.dispose]();
  }

  #applyAll(configuration: Configuration): Difference {
    const difference = sumOf([
      this.#collecting.apply(configuration),
      this.#detecting.apply(configuration),
      this.#checking.apply(configuration),
      this.#alerting.apply(configuration),
    ]);
    this.#offers.apply(configuration);
    return difference;
  }

  #alertNode(): AlertNode {
    const { id: uuid, name, displayName, address } = this.#options.node;
    return { uuid, name, displayName, address, zone: this.#zone, groups: [...this.#groups.all] };
  }

  #groupsChanged(): void {
    this.#collecting.groupsChanged();
    this.#checking.groupsChanged();
  }

  #newOffers(): Offers {
    const [options, evaluator, signal] = [this.#options, this.#evaluator, this.#stop.signal];
    return new Offers({
      ...{ ...options, evaluator, signal, shelf: options.shelves.services },
      groups: () => this.#groups.all,
      self: this.#self(),
      checks: () => this.#checking.records(),
    });
  }

  /** Id, name and zone of this node, as it is now. */
  #self(): { readonly id: string; readonly name: string; readonly zone: string } {
    const zone = () => this.#zone;
    return {
      id: this.#options.node.id,
      name: this.#options.node.name,
      get zone() {
        return zone();
      },
    };
  }

  #nodeFacts(): NodeFacts {
    const [groups, { node, members, hasEvent }, zone] = [this.#groups, this.#options, () => this.#zone];
    return {
      get zone() {
        return zone();
      },
      hostingDrivers: node.hostingDrivers,
      get groups() {
        return groups.all;
      },
      get staticGroups() {
        return groups.written;
      },
      get detectedGroups() {
        return groups.detected;
      },
      get members() {
        return members();
      },
      ruleStates: NO_RULES,
      hasEvent,
    };
  }
}
