import type { Member } from '../../model/member.ts';
import { type Endpoint, endpointText } from '../../net/address.ts';
import type { ExchangeFailure } from '../core/exchange.ts';
import { samePlace } from '../core/node.ts';
import type { ForeignNode } from './foreign-node.ts';
import type { Gate } from './gate.ts';
import type { ZonePlace } from './zone-place.ts';

/** Whoever is at an address is of another zone. */
export interface Crossing {
  readonly zone: string;
  readonly relation: 'above' | 'below' | 'other';
}

interface Parts {
  /** The zone of this node. */
  readonly zone: string;
  readonly place: ZonePlace;
  /** This node as a proxy, while it is one. */
  readonly gate: () => Gate | undefined;
  readonly foreigners: () => ReadonlyMap<string, ForeignNode>;
  readonly self: () => Endpoint;
  /** Names of the proxies of our zone that live. */
  readonly proxies: () => readonly string[];
  readonly whoIs?:
    | ((to: Endpoint) => Promise<(Pick<Member, 'id' | 'zone' | 'isProxy'> & { readonly peerPort: number }) | undefined>)
    | undefined;
}

const LINK_MS = 5_000;
const MOST_NAMED = 3;

/** What an attempt to join somebody of another zone comes to: zones are never one pool, but proxies link them. */
export class Crossings {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Finds out whether that is why an attempt to join failed. */
  async find(to: Endpoint, failure: ExchangeFailure): Promise<Crossing | undefined> {
    const zone = failure.zone ?? this.#knownAt(to) ?? (await this.#ask(to));
    return zone === undefined || zone === this.#parts.zone ? undefined : { zone, relation: this.#relationTo(zone) };
  }

  /** Waits a while for a link between the zones, if this node can have one; else says why there is none and what would be right. */
  async link({ zone, relation }: Crossing): Promise<string | undefined> {
    const { gate: gateNow, zone: own } = this.#parts;
    const gate = gateNow();
    const where = `is in zone "${zone}", and this node in "${own}"`;
    if (relation === 'other') return `${where}; each zone is a pool of its own, and these are not next to each other`;
    if (!gate) return `${where}; only proxies link zones: ${this.#whereToRun}`;
    if (relation === 'above' && !gate.knowsAbove) {
      return `${where}; none of the proxies of "${zone}" is known yet: give the address of one`;
    }
    if (await gate.linked(zone, LINK_MS)) return undefined;
    if (relation === 'above') return `${where}; there is no link yet${because(gate.trouble)}; it is tried again`;
    const command = `opsbro gossip join ${endpointText(this.#parts.self())}`;
    return `${where}; links are made from below: run \`${command}\` on a proxy of "${zone}"`;
  }

  get #whereToRun(): string {
    const names = this.#parts.proxies();
    if (names.length === 0) return 'set proxy_node: true on one node of this zone';
    return `run this on ${names.slice(0, MOST_NAMED).join(' or ')}, or set proxy_node: true here`;
  }

  #knownAt(to: Endpoint): string | undefined {
    for (const node of this.#parts.foreigners().values()) if (samePlace(node, to)) return node.zone;
    return undefined;
  }

  /** Proxies of the zone above answer whoever has the key of ours. */
  async #ask(to: Endpoint): Promise<string | undefined> {
    const { gate, place, whoIs } = this.#parts;
    if (place.parent === undefined) return undefined;
    const answer = await whoIs?.(to).catch(() => undefined);
    if (!answer || answer.zone === '') return undefined;
    const { id, isProxy, peerPort: port, zone } = answer;
    if (isProxy && port > 0) gate()?.met(zone, [{ id, address: to.address, port }]);
    return zone;
  }

  #relationTo(zone: string): Crossing['relation'] {
    const { place } = this.#parts;
    if (zone === place.parent) return 'above';
    return place.isChild(zone) ? 'below' : 'other';
  }
}

const because = (trouble: string): string => (trouble === '' ? '' : ` (${trouble})`);
