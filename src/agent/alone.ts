import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type { Link } from '../gossip/zones/link.ts';
import type { AgentEvent } from '../model/event.ts';
import type { CheckSummary, Member, ServiceSummary } from '../model/member.ts';
import type { Explanation, PoolActions, Testimony } from '../model/pool.ts';
import type { Pool } from './pool.ts';

type Facts = Pick<Member, 'id' | 'name' | 'displayName' | 'zone' | 'address' | 'version'>;

/** The pool of a node whose service discovery is switched off: itself, and nobody ever else. */
export class Alone implements Pool, PoolActions {
  readonly #bus: Bus<AgentEvent>;
  #self: Member;

  constructor(facts: Facts, clock: Clock, bus: Bus<AgentEvent>) {
    this.#bus = bus;
    this.#self = {
      ...facts,
      kind: 'opsbro',
      state: 'alive',
      leaving: false,
      settled: 'alive',
      flapping: false,
      reachable: true,
      udpBlocked: false,
      port: 0,
      incarnation: 1,
      isProxy: false,
      groups: [],
      checks: new Map(),
      services: new Map(),
      tags: new Map(),
      since: clock.wall(),
    };
  }

  get self(): Member {
    return this.#self;
  }

  get members(): ReadonlyMap<string, Member> {
    return new Map([[this.#self.id, this.#self]]);
  }

  get counters(): ReadonlyMap<string, number> {
    return new Map();
  }

  get complaints(): readonly [] {
    return [];
  }

  async join(): Promise<never> {
    throw switchedOff();
  }

  async ping(): Promise<never> {
    throw switchedOff();
  }

  async query(): Promise<never> {
    throw switchedOff();
  }

  async keyring(): Promise<never> {
    throw switchedOff();
  }

  async detect(): Promise<never> {
    throw switchedOff();
  }

  addEvent(): never {
    throw switchedOff();
  }

  events(): readonly [] {
    return [];
  }

  coordinates(): readonly [] {
    return [];
  }

  roundTrip(from: string, to: string): Record<never, never> {
    for (const name of [from, to]) this.#checkOwn(name);
    return {};
  }

  why(name: string): Explanation {
    this.#checkOwn(name);
    return { name, evidence: [], summary: `${name} is this node; service discovery is switched off` };
  }

  testimony(): Testimony {
    return { evidence: [], accusations: new Map() };
  }

  rejoin(): void {}

  async leave(): Promise<void> {}

  forceLeave(name: string): void {
    throw unknown(name);
  }

  setGroups(groups: Iterable<string>): void {
    this.#become('base', { groups: [...groups].sort() });
  }

  setDisplayName(displayName: string): void {
    this.#become('base', { displayName });
  }

  setCheck(id: string, summary: CheckSummary): void {
    this.#become('checks', { checks: new Map(this.#self.checks).set(id, summary) });
  }

  removeCheck(id: string): void {
    const checks = new Map(this.#self.checks);
    if (checks.delete(id)) this.#become('checks', { checks });
  }

  setService(name: string, summary: ServiceSummary): void {
    this.#become('services', { services: new Map(this.#self.services).set(name, summary) });
  }

  removeService(name: string): void {
    const services = new Map(this.#self.services);
    if (services.delete(name)) this.#become('services', { services });
  }

  setPorts(): void {}

  setTakesNodeAlerts(): void {}

  setNotice(): void {}

  setKv(): void {}

  reviewZones(): void {}

  acceptLink(link: Link): void {
    link.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #checkOwn(name: string): void {
    if (name !== this.#self.name) throw unknown(name);
  }

  #become(part: 'base' | 'checks' | 'services', change: Partial<Member>): void {
    const before = this.#self;
    this.#self = { ...before, ...change };
    this.#bus.emit({ type: 'record-change', part, member: this.#self, before });
  }
}

const switchedOff = (): OpsbroError =>
  new OpsbroError('topic_disabled', 'service discovery is switched off; set service_discovery_topic_enabled: true');

const unknown = (name: string): OpsbroError =>
  new OpsbroError('not_found', `no member is named "${name}"; service discovery is switched off`);
