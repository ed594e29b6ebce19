/** What crosses zones: each proxy links its zone to the one above and takes links from those below. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Endpoint } from '../../net/address.ts';
import { Downlinks } from './downlinks.ts';
import type { RelayedEvent } from './frames.ts';
import type { Link } from './link.ts';
import type { Change, RelayPool } from './relay-pool.ts';
import { type Candidate, Uplink } from './uplink.ts';
import type { ZonePlace } from './zone-place.ts';

interface RelayOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly pool: RelayPool;
  readonly place: ZonePlace;
  /** Known proxies of the zone above. */
  candidates(): readonly Candidate[];
  /** Connects to a proxy of the zone above with our key; fails with a sentence. */
  open(to: Endpoint): Promise<Link>;
  /** Ids of the living proxies of our zone that have a link to the zone above. */
  forwarders(): readonly string[];
  readonly count: (name: string) => void;
  /** Told when a link came or went. */
  readonly changed?: () => void;
}

/** An event that was not passed on because another proxy does that is kept for so long, should that one fail. */
const KEEP_MS = 15_000;
const MAX_KEPT = 512;

/** The links of a proxy to the zones around its own. */
export class Relay implements Disposable {
  readonly #options: RelayOptions;
  readonly #downlinks: Downlinks;
  #uplink: Uplink | undefined;
  /** The zone that the uplink leads to. */
  #parent: string | undefined;
  #phase: 'running' | 'ended' = 'running';
  #kept: { readonly event: RelayedEvent; readonly until: number }[] = [];

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#downlinks = new Downlinks({ ...options, changed: () => this.#announce() });
    this.#lookUp();
  }

  /** The zones to which there is a link. */
  get zones(): ReadonlySet<string> {
    const up = this.#uplink?.isOpen && this.#parent !== undefined ? [this.#parent] : [];
    return new Set([...up, ...this.#downlinks.zones]);
  }

  /** Why the last attempt to link to the zone above failed; empty when none did. */
  get trouble(): string {
    return this.#uplink?.trouble ?? '';
  }

  /** Begins to look for the zone above. */
  start(): void {
    this.#uplink?.seek();
  }

  /** Takes a link that a proxy of another zone opened; `provenZone` is the zone whose key it has shown. */
  accept(link: Link, provenZone: string | undefined): void {
    this.#downlinks.accept(link, provenZone);
  }

  /** Something of what we see changed. */
  changed(change: Change): void {
    this.#uplink?.tell(change);
    this.#downlinks.tell(change);
  }

  /** An event was told in our zone or came up from below: one of our proxies passes it on. */
  event(event: RelayedEvent): void {
    if (!this.#uplink) return;
    if (this.#isOurs(event)) this.#uplink.tellEvent(event);
    else this.#keep(event);
  }

  /** The proxies of our zone or their links changed: what another should have passed on may be ours to do now. */
  reconsider(): void {
    const now = this.#options.clock.now();
    const waiting = this.#kept.filter(({ until }) => until > now);
    this.#kept = waiting.filter(({ event }) => !this.#isOurs(event));
    for (const { event } of waiting) if (this.#isOurs(event)) this.#uplink?.tellEvent(event);
  }

  /** The zones hang together otherwise now: links that may not be are ended, and the zone above is looked for. */
  review(): void {
    if (this.#options.place.parent !== this.#parent) {
      this.#uplink?.[Symbol.dispose]();
      this.#lookUp();
      this.#announce();
    }
    this.#downlinks.review();
    this.start();
  }

  [Symbol.dispose](): void {
    this.#phase = 'ended';
    this.#uplink?.[Symbol.dispose]();
    this.#downlinks.close();
  }

  #lookUp(): void {
    const { parent } = this.#options.place;
    this.#parent = parent;
    this.#uplink = parent === undefined ? undefined : new Uplink({ ...this.#options, changed: () => this.#announce() });
  }

  #announce(): void {
    if (this.#phase === 'ended') return;
    this.#options.pool.setLinks([...this.zones].sort());
    this.reconsider();
    this.#options.changed?.();
  }

  /** Every event has one of the linked proxies that passes it on, the same wherever that is asked. */
  #isOurs({ zone, lTime, name }: RelayedEvent): boolean {
    const { pool, forwarders } = this.#options;
    if (!this.#uplink?.isOpen) return false;
    const weight = (id: string) => createHash('sha256').update(`${id}\n${zone}\n${lTime}\n${name}`).digest('hex');
    const own = weight(pool.id);
    return forwarders().every((id) => id === pool.id || weight(id) < own);
  }

  #keep(event: RelayedEvent): void {
    this.#kept.push({ event, until: this.#options.clock.now() + KEEP_MS });
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
  }
}
