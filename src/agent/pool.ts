import type { ZoneWish } from '../gossip/zones/border.ts';
import type { Link } from '../gossip/zones/link.ts';
import type { CheckSummary, KvStanding, Membership, Notice, ServiceSummary } from '../model/member.ts';
import type { PoolActions, Testimony } from '../model/pool.ts';

/** The pool of nodes as the agent uses it: who is there, and what is told of this node. */
export interface Pool extends Membership, PoolActions, AsyncDisposable {
  /** How often what happened, by name. */
  readonly counters: ReadonlyMap<string, number>;
  /** A sentence on each address of which something was thrown away in the last minute, such as a node with another key. */
  readonly complaints: readonly string[];
  /** What this node knows of how a member came to be as it is, and who was accused by whom. */
  testimony(name: string): Testimony;
  /** Looks for the pool in the background. */
  rejoin(seeds: readonly string[]): void;
  /** Takes a link of a proxy of a zone below; `provenZone` is the zone whose key it has shown, if any. */
  acceptLink(link: Link, provenZone: string | undefined): void;
  /** How the zones hang together, what this node is in its own, or where the zone above may be is otherwise from now on. */
  reviewZones(wish: ZoneWish): void;
  /** Leaves on purpose; resolves when the pool knows. */
  leave(): Promise<void>;
  setGroups(groups: Iterable<string>): void;
  setDisplayName(name: string): void;
  setCheck(id: string, summary: CheckSummary): void;
  removeCheck(id: string): void;
  setService(name: string, summary: ServiceSummary): void;
  removeService(name: string): void;
  /** At which ports other doors of this node listen, by what they are for. */
  setPorts(ports: ReadonlyMap<string, number>): void;
  /** Whether this node has somebody to tell when another node dies. */
  setTakesNodeAlerts(takes: boolean): void;
  /** How the key-value store of this node is. */
  setKv(standing: KvStanding): void;
  /** How far it got with telling people of an incident that all see; nothing: it has nothing to say of it any more. */
  setNotice(incident: string, notice: Notice | undefined): void;
}
