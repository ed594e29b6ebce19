import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest.ts';
import type { Shelf } from '../base/shelf.ts';
import { type CheckRecord, type ShownState, stateId } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import type { PackObject } from '../model/pack.ts';
import type { ServiceRecord } from '../model/service.ts';
import { type Configuration, objectsOf } from './configuration.ts';
import { DefinedObjects } from './defined-objects.ts';
import { type ServicePlan, servicePlan } from './service-plan.ts';
import { serviceState } from './service-state.ts';

interface ServicesOptions {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  /** Without it they begin anew at each start. */
  readonly shelf: Shelf | undefined;
  groups(): ReadonlySet<string>;
  checks(): readonly CheckRecord[];
  /** The value of an expression over the numbers of the states of checks, by id, as a text. */
  judge(expression: string, states: ReadonlyMap<string, number>): string;
}

/** What of a service outlives the process. */
type Kept = Pick<ServiceRecord, 'state' | 'oldState' | 'lastChange'>;

const UNSEEN: Kept = { state: 'pending', oldState: 'pending', lastChange: null };

/** The services this node offers, by what their checks say. */
export class Services {
  readonly #options: ServicesOptions;
  readonly #defined = new DefinedObjects();
  #written: readonly PackObject[] = [];
  #plans: readonly ServicePlan[] = [];
  #topic: boolean = true;
  readonly #records = new Map<string, ServiceRecord>();
  #kept: ReadonlyMap<string, unknown> = new Map();
  #listening: readonly Disposable[] = [];

  constructor(options: ServicesOptions) {
    this.#options = options;
  }

  /** Takes the services as they are written now. */
  apply({ packs, topics }: Configuration): void {
    this.#written = [...objectsOf(packs, 'service').values()];
    this.#topic = topics.monitoring;
    this.#plan();
  }

  /** Adds services that nobody wrote into a file, in the place of all that the same source gave before. */
  define(source: string, objects: readonly PackObject[]): void {
    this.#defined.set(source, objects);
    this.#plan();
  }

  /** Takes back how the services were before a restart. */
  async restore(): Promise<void> {
    this.#kept = (await this.#options.shelf?.load()) ?? new Map();
  }

  /** Follows the checks from now on. */
  start(): void {
    const { bus } = this.#options;
    const all = () => this.#reviewAll();
    this.#listening = [
      bus.on('check-change', ({ check }) => this.#checkChanged(check)),
      bus.on('checks-change', all),
      bus.on('groups-change', all),
    ];
    all();
  }

  stop(): void {
    for (const listener of this.#listening) listener[Symbol.dispose]();
  }

  /** The services that apply to this node, by name. */
  records(): ServiceRecord[] {
    return [...this.#records.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** By name or id. Throws `not_found` with a suggestion. */
  record(ref: string): ServiceRecord {
    const found = this.#records.get(ref) ?? this.records().find(({ id }) => id === ref);
    if (found) return found;
    throw new OpsbroError('not_found', `service "${ref}" is not known${didYouMean(ref, [...this.#records.keys()])}`);
  }

  /** Whether people are told of a check by a service that it judges, and not of the check itself. */
  speaksFor({ id, service }: Pick<CheckRecord, 'id' | 'service'>): boolean {
    return this.#plans.some((plan) => this.#records.has(plan.name) && !plan.alsoChecks && plan.judgedBy(id, service));
  }

  #checkChanged({ id, service }: CheckRecord): void {
    const concerned = this.#plans.filter((plan) => this.#records.has(plan.name) && plan.judgedBy(id, service));
    if (concerned.length === 0) return;
    const checks = this.#options.checks();
    for (const plan of concerned) this.#review(plan, checks);
  }

  #plan(): void {
    this.#plans = this.#defined.joinedWith(this.#written).map(servicePlan);
    if (this.#listening.length > 0) this.#reviewAll();
  }

  #reviewAll(): void {
    const { groups, checks } = this.#options;
    const here = groups();
    const applying = new Map(
      this.#plans.filter(({ appliesIn }) => this.#topic && appliesIn(here)).map((plan) => [plan.name, plan]),
    );
    for (const name of [...this.#records.keys()]) if (!applying.has(name)) this.#drop(name);
    const present = applying.size === 0 ? [] : checks();
    for (const plan of applying.values()) this.#review(plan, present);
  }

  #drop(name: string): void {
    const before = this.#records.get(name) ?? null;
    this.#records.delete(name);
    this.#options.shelf?.delete(name);
    this.#options.bus.emit({ type: 'service-change', name, service: null, before });
    if (before && before.state !== 'ok' && before.state !== 'pending')
      this.#tellProblem(before, before.state, 'closed');
  }

  #review(plan: ServicePlan, checks: readonly CheckRecord[]): void {
    const { clock, shelf, bus } = this.#options;
    const judges = checks.filter(({ id, service }) => plan.judgedBy(id, service));
    const before = this.#records.get(plan.name) ?? null;
    const last = before ?? this.#remembered(plan.name);
    const state = serviceState(
      plan.aggregate,
      judges.map(({ hardState }) => hardState),
      (text) => this.#options.judge(text, new Map(judges.map((each) => [each.id, stateId(each.hardState)]))),
    );
    const isOther = state !== last.state;
    const since = isOther ? { oldState: last.state, lastChange: clock.wall() } : last;
    const service = recordOf(plan, judges, { state, oldState: since.oldState, lastChange: since.lastChange });
    this.#records.set(plan.name, service);
    if (before && isSameOffer(before, service)) return;
    shelf?.put(plan.name, { state, oldState: service.oldState, lastChange: service.lastChange });
    bus.emit({ type: 'service-change', name: plan.name, service, before });
    const isFirstGood = last.state === 'pending' && state === 'ok';
    if (isOther && !isFirstGood && state !== 'pending') this.#tellProblem(service, last.state, 'changed');
  }

  #remembered(name: string): Kept {
    const kept = this.#kept.get(name);
    return typeof kept === 'object' && kept !== null && 'state' in kept ? (kept as Kept) : UNSEEN;
  }

  #tellProblem(service: ServiceRecord, oldState: ShownState, how: 'changed' | 'closed'): void {
    const { name, packName, output } = service;
    const state = how === 'closed' || service.state === 'pending' ? 'ok' : service.state;
    this.#options.bus.emit({
      type: 'problem-change',
      problem: {
        ...{ kind: 'service', name, displayName: name, pack: packName },
        ...{ severity: state, state, oldState, output },
        ...(how === 'closed' && { isClosed: true }),
      },
    });
  }
}

function recordOf(plan: ServicePlan, judges: readonly CheckRecord[], kept: Kept): ServiceRecord {
  const { id, name, object, address, port, protocol, tags, meta, weights, notes } = plan;
  return {
    ...{ id, name, packName: object.packName, packLevel: object.packLevel },
    ...kept,
    checks: judges.map((each) => each.id).sort(),
    output: outputOf(judges),
    ...{ address, port, protocol, tags, meta, notes },
    ...(weights && { weights }),
  };
}

/** What the checks say that are not well, or that all are. */
function outputOf(judges: readonly CheckRecord[]): string {
  const bad = judges.filter(({ hardState }) => hardState !== 'ok' && hardState !== 'pending');
  if (judges.length === 0) return 'no check judges it, and its node is alive';
  if (bad.length === 0) return judges.length === 1 ? (judges[0]?.output ?? '') : `${judges.length} checks are well`;
  return bad.map(({ displayName, hardState, output }) => `${displayName} is ${hardState}: ${output}`).join('; ');
}

/** Peers and people would not see a difference. */
function isSameOffer(a: ServiceRecord, b: ServiceRecord): boolean {
  const isSamePlace = a.id === b.id && a.address === b.address && a.port === b.port && a.protocol === b.protocol;
  if (!isSamePlace || a.state !== b.state) return false;
  const told = ({ tags, meta, weights }: ServiceRecord) => JSON.stringify([tags, [...meta], weights]);
  return told(a) === told(b);
}
