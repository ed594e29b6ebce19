import { silent } from '../../../src/base/log.ts';
import { seeded } from '../../../src/base/random.ts';
import { Desk } from '../../../src/gossip/core/desk.ts';
import { PROFILES } from '../../../src/gossip/core/profile.ts';
import type { Full } from '../../../src/gossip/records/bodies.ts';
import type { ForeignNode } from '../../../src/gossip/zones/foreign-node.ts';
import { Foreigners } from '../../../src/gossip/zones/foreigners.ts';
import type { RelayedEvent } from '../../../src/gossip/zones/frames.ts';
import type { Link } from '../../../src/gossip/zones/link.ts';
import { Relay } from '../../../src/gossip/zones/relay.ts';
import type { Change, RelayPool, Told } from '../../../src/gossip/zones/relay-pool.ts';
import type { ZonePlace } from '../../../src/gossip/zones/zone-place.ts';
import { SimulatedClock } from '../../support/clock.ts';
import { Wire } from '../../support/simulation/wire.ts';

/** A member as its zone knows it. */
export const node = (name: string, zone: string, over: Partial<ForeignNode> = {}): ForeignNode => ({
  id: `id-${name}`,
  name,
  zone,
  incarnation: 1,
  state: 'alive',
  isProxy: false,
  address: '10.0.0.1',
  port: 6_768,
  peerPort: 6_767,
  ...over,
});

/** What a node says of itself, in one part. */
export const full = (name: string, version: number): Full => ({
  id: `id-${name}`,
  part: 'base',
  version,
  entries: new Map(),
});

interface Proxy {
  readonly relay: Relay;
  readonly id: string;
  links: readonly string[];
  isUp: boolean;
}

/** A zone whose members hear everything at once. */
export class Zone {
  readonly name: string;
  readonly members = new Map<string, ForeignNode>();
  readonly foreigners: Foreigners;
  readonly published: RelayedEvent[] = [];
  readonly proxies = new Map<string, Proxy>();
  readonly #fulls = new Map<string, Full>();
  readonly #world: World;

  constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
    const place = world.placeOf(name);
    const desk = new Desk(PROFILES.lan, seeded(1));
    const isSeen = (zone: string) => place.isWithin(zone, name);
    this.foreigners = new Foreigners(desk, ({ zone, isProxy }) => isSeen(zone) || (zone === place.parent && isProxy));
  }

  /** Names of everybody that members of this zone see, this zone's own included. */
  get seen(): string[] {
    return [...this.members.values(), ...this.foreigners.nodes.values()].map(({ name }) => name).sort();
  }

  version(name: string): number | undefined {
    return this.#fulls.get(`id-${name}`)?.version;
  }

  add(name: string, over: Partial<ForeignNode> = {}): void {
    const member = node(name, this.name, over);
    this.members.set(member.id, member);
    this.#fulls.set(member.id, full(name, 1));
    if (member.isProxy) this.#addProxy(member);
  }

  /** Something of a member is different now. */
  change(name: string, over: Partial<ForeignNode>): void {
    const member = { ...node(name, this.name), ...this.members.get(`id-${name}`), ...over };
    this.members.set(member.id, member);
    this.#tell({ kind: 'node', node: member });
  }

  say(name: string, version: number): void {
    this.#fulls.set(`id-${name}`, full(name, version));
    this.#tell({ kind: 'full', full: full(name, version) });
  }

  event(name: string, lTime: number): void {
    const event = { zone: this.name, lTime, name, payload: new Uint8Array() };
    this.published.push(event);
    for (const { relay, isUp } of this.proxies.values()) if (isUp) relay.event(event);
  }

  #addProxy(member: ForeignNode): void {
    const world = this.#world;
    const place = world.placeOf(this.name);
    const relay = new Relay({
      clock: world.clock,
      log: silent,
      pool: this.#pool(member.id),
      place,
      candidates: () => world.candidates(place.parent),
      open: (to) => world.connect(to, this.name),
      forwarders: () =>
        [...this.proxies.values()].flatMap(({ id, links }) => (links.includes(place.parent ?? '') ? [id] : [])),
      count: (name) => world.count(name),
    });
    this.proxies.set(member.id, { relay, id: member.id, links: [], isUp: true });
    relay.start();
  }

  #pool(id: string): RelayPool {
    const zone = this;
    return {
      id,
      zone: this.name,
      upward: () => {
        const place = this.#world.placeOf(this.name);
        const below = [...this.foreigners.nodes.values()].filter((each) => place.isWithin(each.zone, this.name));
        return [...this.members.values(), ...below];
      },
      downward: () => [...this.members.values()].filter(({ isProxy }) => isProxy),
      node: (wanted) => this.members.get(wanted) ?? this.foreigners.nodes.get(wanted),
      fulls: (wanted) => [this.#fulls.get(wanted) ?? []].flat(),
      learn: (told) => this.#learn(told),
      publish(event) {
        zone.published.push(event);
        for (const { relay, isUp } of zone.proxies.values()) if (isUp) relay.event(event);
      },
      setLinks: (zones) => {
        const proxy = this.proxies.get(id);
        if (proxy) proxy.links = zones;
        for (const other of this.proxies.values()) if (other !== proxy) other.relay.reconsider();
      },
    };
  }

  #learn({ nodes = [], fulls = [] }: Told): void {
    for (const news of this.foreigners.learn(nodes)) this.#tell({ kind: 'node', node: news });
    for (const each of fulls) {
      if (each.version <= (this.#fulls.get(each.id)?.version ?? 0)) continue;
      this.#fulls.set(each.id, each);
      this.#tell({ kind: 'full', full: each });
    }
  }

  #tell(change: Change): void {
    for (const { relay, isUp } of this.proxies.values()) if (isUp) relay.changed(change);
  }
}

/** Zones below one another, `internet` at the top, and the wires between their proxies; in virtual time. */
export class World {
  readonly clock = new SimulatedClock();
  readonly counts = new Map<string, number>();
  #order: readonly string[];
  readonly #zones = new Map<string, Zone>();
  readonly #wires: { readonly wire: Wire; readonly to: string; readonly from: string }[] = [];
  /** Addresses that nobody can connect to. */
  readonly refused = new Set<string>();

  constructor(...order: readonly string[]) {
    this.#order = order;
    for (const name of order) this.#zones.set(name, new Zone(this, name));
  }

  zone(name: string): Zone {
    const zone = this.#zones.get(name);
    if (!zone) throw new Error(`there is no zone ${name}`);
    return zone;
  }

  run(ms: number): void {
    this.clock.run(ms);
  }

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** From now on the zones hang together in this order; those left out stand alone. */
  arrange(...order: readonly string[]): void {
    this.#order = order;
    for (const { proxies } of this.#zones.values()) for (const { relay } of proxies.values()) relay.review();
  }

  /** In this world every zone is the parent of the next. */
  placeOf(name: string): ZonePlace {
    const depth = (zone: string) => this.#order.indexOf(zone);
    const parentOf = () => this.#order[depth(name) - 1];
    return {
      get parent() {
        return parentOf();
      },
      isChild: (zone) => depth(name) >= 0 && depth(zone) === depth(name) + 1,
      isWithin: (zone, top) => zone === top || (depth(top) >= 0 && depth(zone) >= depth(top)),
    };
  }

  candidates(zone: string | undefined) {
    const members = zone === undefined ? [] : [...this.zone(zone).members.values()];
    return members
      .filter(({ isProxy }) => isProxy)
      .map(({ id, address, peerPort }) => ({ id, address, port: peerPort }));
  }

  async connect({ address }: { readonly address: string }, from: string): Promise<Link> {
    for (const zone of this.#zones.values()) {
      for (const member of zone.members.values()) {
        const proxy = zone.proxies.get(member.id);
        if (member.address !== address || !proxy?.isUp || this.refused.has(address)) continue;
        const wire = new Wire(this.clock);
        this.#wires.push({ wire, to: member.id, from });
        proxy.relay.accept(wire.ends[1], from);
        return wire.ends[0];
      }
    }
    throw new Error('nobody listens there');
  }

  /** Ends every wire to or from a proxy, which takes no new ones. */
  kill(zone: string, name: string): void {
    const proxy = this.zone(zone).proxies.get(`id-${name}`);
    if (!proxy) return;
    proxy.isUp = false;
    proxy.links = [];
    proxy.relay[Symbol.dispose]();
    for (const { wire, to } of this.#wires) if (to === proxy.id) wire.close();
  }

  /** How many open attempts led to that proxy. */
  wiresTo(name: string): number {
    return this.#wires.filter(({ to }) => to === `id-${name}`).length;
  }
}

/** Lets promises that are ready go on, then virtual time. */
export async function settle(world: World, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    world.run(50);
  }
}
