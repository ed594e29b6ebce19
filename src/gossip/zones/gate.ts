import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Endpoint } from '../../net/address.ts';
import type { Core } from '../core/core.ts';
import { samePlace } from '../core/node.ts';
import type { Directory } from '../directory.ts';
import { Contacts } from './contacts.ts';
import type { ForeignNode } from './foreign-node.ts';
import type { RelayedEvent } from './frames.ts';
import type { Link } from './link.ts';
import { livingProxies } from './living-proxies.ts';
import { Relay } from './relay.ts';
import type { Change, RelayPool } from './relay-pool.ts';
import type { Candidate } from './uplink.ts';
import type { ZoneWays } from './zone-place.ts';

type WhoIs = ConstructorParameters<typeof Contacts>[0]['whoIs'];

interface GateOptions {
  readonly zone: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ways: ZoneWays;
  readonly core: Core;
  readonly directory: Directory;
  readonly pool: RelayPool;
  /** Addresses where proxies of the zone above may be. */
  readonly seeds: () => readonly string[];
  readonly whoIs?: WhoIs;
  readonly count: (name: string) => void;
}

/** What a proxy is beside a member: it links its zone to those around, as long as it is one. */
export class Gate implements Disposable {
  readonly #options: GateOptions;
  readonly #relay: Relay;
  readonly #waiting = new Set<() => void>();
  #contacts: Contacts | undefined;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#contacts = this.#contactsAbove();
    this.#relay = new Relay({
      ...options,
      place: options.ways.place,
      candidates: () => this.#candidates(),
      open: options.ways.open,
      forwarders: () => this.#forwarders(),
      changed: () => {
        for (const look of [...this.#waiting]) look();
      },
    });
  }

  /** Why the last attempt to link to the zone above failed; empty when none did. */
  get trouble(): string {
    return this.#relay.trouble;
  }

  /** Begins to look for the zone above. */
  start(): void {
    this.#relay.start();
  }

  /** Takes a link that a proxy of a zone below opened; `provenZone` is the zone whose key it has shown. */
  accept(link: Link, provenZone: string | undefined): void {
    this.#relay.accept(link, provenZone);
  }

  /** Something of what we see changed. */
  changed(change: Change): void {
    this.#relay.changed(change);
  }

  /** An event was told in our zone. */
  event(event: RelayedEvent): void {
    this.#relay.event(event);
  }

  /** The proxies of our zone or their links changed. */
  reconsider(): void {
    this.#relay.reconsider();
  }

  /** Somebody said where proxies of a zone are; those of the zone above are tried, the first at once. */
  met(zone: string, proxies: readonly Candidate[]): void {
    if (zone === this.#options.ways.place.parent) this.#contacts?.met(proxies);
  }

  /** The seeds, or how the zones hang together, may be others now: links that are no more are ended, new ones are looked for. */
  review(): void {
    const { parent } = this.#options.ways.place;
    if (this.#contacts?.parent === parent) this.#contacts?.refresh();
    else this.#contacts = this.#contactsAbove();
    this.#relay.review();
  }

  /** Looks for the zone above now, and waits at most so long for a link to that zone; whether there is one. */
  async linked(zone: string, timeoutMs: number): Promise<boolean> {
    const isLinked = () => this.#relay.zones.has(zone);
    if (isLinked()) return true;
    await new Promise<void>((resolve) => {
      const end = () => {
        timer[Symbol.dispose]();
        this.#waiting.delete(look);
        resolve();
      };
      const look = () => {
        if (isLinked()) end();
      };
      const timer = this.#options.clock.after(timeoutMs, end);
      this.#waiting.add(look);
      this.#relay.start();
    });
    return isLinked();
  }

  /** Whether any proxy of the zone above is known. */
  get knowsAbove(): boolean {
    return this.#candidates().length > 0;
  }

  [Symbol.dispose](): void {
    this.#relay[Symbol.dispose]();
  }

  #contactsAbove(): Contacts | undefined {
    const { clock, core, seeds, ways, whoIs } = this.#options;
    const { parent } = ways.place;
    const isOurs = (to: Endpoint) => [...core.nodes.values()].some((node) => samePlace(node, to));
    return parent === undefined
      ? undefined
      : new Contacts({ clock, parent, seeds, peerPort: ways.peerPort, isOurs, whoIs });
  }

  #forwarders(): string[] {
    const { core, directory, ways, zone: own } = this.#options;
    const { parent } = ways.place;
    if (parent === undefined) return [];
    const ours = livingProxies(directory, core).filter(({ zone, links }) => zone === own && links.includes(parent));
    return ours.map(({ id }) => id);
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
