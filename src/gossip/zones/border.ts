/** What this node sees and does beyond its own zone. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { AgentEvent } from '../../model/event.ts';
import type { Member } from '../../model/member.ts';
import type { Endpoint } from '../../net/address.ts';
import type { Core } from '../core/core.ts';
import type { Effect, Input } from '../core/effect.ts';
import { samePlace } from '../core/node.ts';
import type { Directory } from '../directory.ts';
import { readTexts } from '../records/entries.ts';
import { Contacts } from './contacts.ts';
import { foreignMember } from './foreign-member.ts';
import type { ForeignNode } from './foreign-node.ts';
import type { Link } from './link.ts';
import { OwnPool } from './own-pool.ts';
import { linkedZones, Reach } from './reach.ts';
import { Relay } from './relay.ts';
import type { Candidate } from './uplink.ts';
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

/** Links that come or go together are looked at together. */
const LOOK_MS = 50;

/** Shows the members of other zones in the directory and, on a proxy, links the zones. */
export class Border implements Disposable {
  readonly #options: BorderOptions;
  readonly #pool: OwnPool;
  readonly #reach: Reach;
  readonly #relay: Relay | undefined;
  readonly #contacts: Contacts | undefined;
  /** The last version of each part that was told over links. */
  readonly #told = new Map<string, number>();
  #looking: Disposable | undefined;

  constructor(options: BorderOptions) {
    this.#options = options;
    const { clock, ways, core, whoIs } = options;
    const { place, seeds, peerPort } = ways;
    this.#pool = new OwnPool({ ...options, place });
    this.#reach = new Reach({ clock, changed: (zone) => this.#showAllOf(zone) });
    if (!options.isProxy) return;
    const isOurs = (to: Endpoint) => [...core.nodes.values()].some((node) => samePlace(node, to));
    if (place.parent !== undefined) {
      this.#contacts = new Contacts({ clock, parent: place.parent, seeds, peerPort, isOurs, whoIs });
    }
    this.#relay = new Relay({
      ...options,
      pool: this.#pool,
      place,
      candidates: () => this.#candidates(),
      open: ways.open,
      forwarders: () => this.#forwarders(),
    });
  }

  /** Begins to look for the zone above. */
  start(): void {
    this.#relay?.start();
  }

  /** Takes a link that a proxy of a zone below opened; `provenZone` is the zone whose key it has shown. */
  accept(link: Link, provenZone: string | undefined): void {
    if (this.#relay) this.#relay.accept(link, provenZone);
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
        if (effect.zone === this.#options.ways.place.parent) this.#contacts?.met(effect.proxies);
        return;
      default:
    }
  }

  [Symbol.dispose](): void {
    this.#looking?.[Symbol.dispose]();
    this.#reach[Symbol.dispose]();
    this.#relay?.[Symbol.dispose]();
  }

  #onForeign(node: ForeignNode): void {
    const isNew = !this.#options.directory.members.has(node.id);
    this.#show(node);
    this.#relay?.changed({ kind: 'node', node });
    if (isNew) this.#tellRecord(node.id);
    if (isNew || node.isProxy) this.#lookSoon();
  }

  #onMember({ change, node: { name } }: Extract<Effect, { readonly type: 'member' }>): void {
    const member = this.#options.directory.named(name);
    const node = member && this.#pool.node(member.id);
    if (!node) return;
    this.#relay?.changed({ kind: 'node', node });
    if (change === 'member-join') this.#tellRecord(node.id);
    if (node.isProxy) this.#lookSoon();
  }

  #onRecord({ id, part, change, from, to }: RecordEffect): void {
    const isBase = part === 'base';
    if (isBase && this.#options.directory.members.get(id)?.isProxy) this.#lookSoon();
    if (!this.#relay) return;
    const key = `${id} ${part}`;
    const isNext = this.#told.get(key) === from;
    this.#told.set(key, to);
    // What others hold may be older than what we had, unless it was told to them as well.
    if (isNext) this.#relay.changed({ kind: 'delta', delta: { id, part, from, to, ...change } });
    else this.#tellRecord(id);
  }

  /** An event from another's memory was passed on when it was told. */
  #onEvent({ name, payload, lTime, replayed }: EventEffect): void {
    if (!replayed) this.#relay?.event({ zone: this.#options.zone, lTime, name, payload });
  }

  #tellRecord(id: string): void {
    if (!this.#relay) return;
    for (const full of this.#pool.fulls(id)) {
      this.#told.set(`${id} ${full.part}`, full.version);
      this.#relay.changed({ kind: 'full', full });
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
    const { core, zone: own } = this.#options;
    const proxies = this.#livingProxies().map(({ id, zone }) => ({ zone, links: this.#linksOf(id) }));
    const known = new Set([...core.foreigners.values()].map(({ zone }) => zone));
    this.#reach.update(known, linkedZones(own, proxies));
    this.#relay?.reconsider();
  }

  #livingProxies(): Member[] {
    const isLiving = ({ isProxy, state }: Member) => isProxy && (state === 'alive' || state === 'suspect');
    return [...this.#options.directory.members.values()].filter(isLiving);
  }

  #linksOf(id: string): readonly string[] {
    return readTexts(this.#options.core.record(id).base.entries.get('links'));
  }

  #forwarders(): string[] {
    const { zone: own, ways } = this.#options;
    const { parent } = ways.place;
    const isForwarder = ({ id, zone }: Member) =>
      zone === own && parent !== undefined && this.#linksOf(id).includes(parent);
    return this.#livingProxies().flatMap((proxy) => (isForwarder(proxy) ? [proxy.id] : []));
  }

  #candidates(): Candidate[] {
    const { core, ways } = this.#options;
    const isProxyAbove = ({ zone, isProxy, state, peerPort }: ForeignNode) =>
      zone === ways.place.parent && isProxy && peerPort > 0 && (state === 'alive' || state === 'suspect');
    const told = [...core.foreigners.values()].filter(isProxyAbove);
    const known = told.map(({ id, address, peerPort: port }) => ({ id, address, port }));
    const ids = new Set(known.map(({ id }) => id));
    return [...known, ...(this.#contacts?.candidates ?? []).filter(({ id }) => !ids.has(id))];
  }
}
