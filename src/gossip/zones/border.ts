/** What this node sees and does beyond its own zone. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { AgentEvent } from '../../model/event.ts';
import type { Endpoint } from '../../net/address.ts';
import type { Core } from '../core/core.ts';
import type { Effect, Input } from '../core/effect.ts';
import type { ExchangeFailure } from '../core/exchange.ts';
import type { Directory } from '../directory.ts';
import type { Contacts } from './contacts.ts';
import { type Crossing, Crossings } from './crossings.ts';
import { foreignMember } from './foreign-member.ts';
import type { ForeignNode } from './foreign-node.ts';
import { Gate } from './gate.ts';
import type { Link } from './link.ts';
import { livingProxies } from './living-proxies.ts';
import { OwnPool } from './own-pool.ts';
import { linkedZones, Reach } from './reach.ts';
import type { ZoneWays } from './zone-place.ts';

interface BorderOptions {
  readonly id: string;
  readonly zone: string;
  readonly isProxy: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ways: ZoneWays;
  readonly core: Core;
  readonly directory: Directory;
  readonly step: (input: Input) => void;
  /** Told of what changed, the directory being up to date. */
  readonly tell: (events: readonly AgentEvent[]) => void;
  readonly whoIs?: ConstructorParameters<typeof Contacts>[0]['whoIs'];
  readonly count: (name: string) => void;
}

type RecordEffect = Extract<Effect, { readonly type: 'record' }>;
type EventEffect = Extract<Effect, { readonly type: 'event' }>;

/** What people may change about the zones of a node while it runs. */
export interface ZoneWish {
  /** This node stands for its zone. */
  readonly isProxy: boolean;
  /** Addresses where proxies of the zone above may be. */
  readonly seeds: readonly string[];
}

/** Links that come or go together are looked at together. */
const LOOK_MS = 50;

/** Shows the members of other zones in the directory and, on a proxy, links the zones. */
export class Border implements Disposable {
  readonly #options: BorderOptions;
  readonly #pool: OwnPool;
  readonly #reach: Reach;
  readonly #crossings: Crossings;
  /** What this node is as a proxy, while it is one. */
  #gate: Gate | undefined;
  /** This node is to be a proxy. */
  #isProxy: boolean;
  #seeds: readonly string[];
  /** The last version of each part that was told over links. */
  readonly #told = new Map<string, number>();
  #looking: Disposable | undefined;

  constructor(options: BorderOptions) {
    this.#options = options;
    const { clock, core, ways } = options;
    const { place } = ways;
    this.#seeds = ways.seeds;
    this.#isProxy = options.isProxy;
    this.#pool = new OwnPool({ ...options, place });
    this.#reach = new Reach({ clock, changed: (zone) => this.#showAllOf(zone) });
    this.#crossings = new Crossings({
      ...options,
      place,
      gate: () => this.#gate,
      foreigners: () => core.foreigners,
      self: () => core.self,
      proxies: () => this.#ownProxies,
    });
    if (options.isProxy) this.#gate = this.#newGate();
  }

  /** Begins to look for the zone above. */
  start(): void {
    this.#gate?.start();
  }

  /** The seeds, how the zones hang together, or what this node is in its zone may be otherwise now. */
  review({ isProxy, seeds }: ZoneWish): void {
    this.#seeds = seeds;
    this.#options.step({ type: 'reviewZones' });
    if (isProxy && this.#gate) this.#gate.review();
    else if (isProxy) {
      this.#gate = this.#newGate();
      this.#gate.start();
    }
    this.#isProxy = isProxy;
    this.#lookSoon();
  }

  /** Finds out whether an attempt to join failed because those there are of another zone. */
  crossing(to: Endpoint, failure: ExchangeFailure): Promise<Crossing | undefined> {
    return this.#crossings.find(to, failure);
  }

  /** Waits for a link to that zone; why there is none, and what would be right. */
  cross(crossing: Crossing): Promise<string | undefined> {
    return this.#crossings.link(crossing);
  }

  /** Takes a link that a proxy of a zone below opened; `provenZone` is the zone whose key it has shown. */
  accept(link: Link, provenZone: string | undefined): void {
    if (this.#gate) this.#gate.accept(link, provenZone);
    else link.close();
  }

  /** Takes in what the core noticed, once the directory has it. */
  take(effect: Effect): void {
    switch (effect.type) {
      case 'foreign':
        this.#onForeign(effect.node);
        return;
      case 'foreignGone':
        this.#options.tell(this.#options.directory.remove(effect.node.id));
        return;
      case 'member':
        this.#onMember(effect);
        return;
      case 'record':
        this.#onRecord(effect);
        return;
      case 'event':
        this.#onEvent(effect);
        return;
      case 'neighbours':
        this.#gate?.met(effect.zone, effect.proxies);
        return;
      default:
    }
  }

  [Symbol.dispose](): void {
    this.#looking?.[Symbol.dispose]();
    this.#reach[Symbol.dispose]();
    this.#gate?.[Symbol.dispose]();
  }

  #onForeign(node: ForeignNode): void {
    const isNew = !this.#options.directory.members.has(node.id);
    this.#show(node);
    this.#gate?.changed({ kind: 'node', node });
    if (isNew) this.#tellRecord(node.id);
    if (isNew || node.isProxy) this.#lookSoon();
  }

  #onMember({ change, node: { name } }: Extract<Effect, { readonly type: 'member' }>): void {
    const member = this.#options.directory.named(name);
    const node = member && this.#pool.node(member.id);
    if (!node) return;
    this.#gate?.changed({ kind: 'node', node });
    if (change === 'member-join') this.#tellRecord(node.id);
    if (node.isProxy) this.#lookSoon();
    // The links go when both sides were told that this node is no proxy any more.
    else if (node.id === this.#options.id && !this.#isProxy) this.#shut();
  }

  #onRecord({ id, part, change, from, to }: RecordEffect): void {
    const isBase = part === 'base';
    if (isBase && this.#options.directory.members.get(id)?.isProxy) this.#lookSoon();
    if (!this.#gate) return;
    const key = `${id} ${part}`;
    const isNext = this.#told.get(key) === from;
    this.#told.set(key, to);
    // What others hold may be older than what we had, unless it was told to them as well.
    if (isNext) this.#gate.changed({ kind: 'delta', delta: { id, part, from, to, ...change } });
    else this.#tellRecord(id);
  }

  /** An event from another's memory was passed on when it was told. */
  #onEvent({ name, payload, lTime, replayed }: EventEffect): void {
    if (!replayed) this.#gate?.event({ zone: this.#options.zone, lTime, name, payload });
  }

  #tellRecord(id: string): void {
    if (!this.#gate) return;
    for (const full of this.#pool.fulls(id)) {
      this.#told.set(`${id} ${full.part}`, full.version);
      this.#gate.changed({ kind: 'full', full });
    }
  }

  #show(node: ForeignNode): void {
    const { clock, core, directory, tell } = this.#options;
    const before = directory.members.get(node.id);
    const record = core.record(node.id);
    const isReachable = this.#reach.isReachable(node.zone);
    tell(directory.put(foreignMember(node, { record, before, isReachable, now: clock.wall() })));
  }

  #showAllOf(zone: string): void {
    for (const node of this.#options.core.foreigners.values()) if (node.zone === zone) this.#show(node);
  }

  #lookSoon(): void {
    this.#looking ??= this.#options.clock.after(LOOK_MS, () => {
      this.#looking = undefined;
      this.#look();
    });
  }

  #look(): void {
    const { core, directory, zone: own } = this.#options;
    const proxies = livingProxies(directory, core);
    const known = new Set([...core.foreigners.values()].map(({ zone }) => zone));
    this.#reach.update(known, linkedZones(own, proxies));
    this.#gate?.reconsider();
  }

  get #ownProxies(): string[] {
    const { core, directory, zone: own } = this.#options;
    return livingProxies(directory, core).flatMap(({ name, zone }) => (zone === own ? [name] : []));
  }

  #newGate(): Gate {
    return new Gate({ ...this.#options, pool: this.#pool, seeds: () => this.#seeds });
  }

  #shut(): void {
    if (!this.#gate) return;
    this.#gate[Symbol.dispose]();
    this.#gate = undefined;
    this.#told.clear();
    this.#pool.setLinks([]);
  }
}
