import type { Bus } from '../base/bus.ts';
import type { Histogram } from '../base/histogram.ts';
import type { Random } from '../base/random.ts';
import type { Shelf } from '../base/shelf.ts';
import type { AgentEvent } from '../model/event.ts';
import type { InterfaceAddress } from '../net/host.ts';
import type { Profile, ProfileName } from './core/profile.ts';
import type { GuardOptions } from './guard.ts';
import type { KeySource } from './key-source.ts';
import type { KeyringHolder } from './keyring-holder.ts';
import type { Trouble } from './trouble.ts';
import type { ZoneWays } from './zones/zone-place.ts';
import type { ZoneRelation } from './zones/zone-relation.ts';

/** How a node takes part in its pool. */
export interface GossipOptions extends GuardOptions {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly zone: string;
  readonly isProxy: boolean;
  /** Where our zone is among others; left out, no other zone is seen. */
  readonly zones?: ZoneWays;
  /** Where peers ask us, for those who want to know; 0, or left out, while that door is closed. */
  readonly peerPort?: number;
  readonly agentVersion: string;
  /** Name of what the machine runs on, such as a cloud; empty when nobody knows. */
  readonly hosting?: string;
  /** The addresses of this machine, at any moment. */
  readonly interfaces: () => readonly InterfaceAddress[];
  /** The keys of the zones right below ours that this node holds, by zone; left out, there are none. */
  readonly foreignKeys?: () => ReadonlyMap<string, KeySource>;
  /** How another zone stands to ours; left out, no other zone is known. */
  readonly relationTo?: (zone: string) => ZoneRelation;
  /** Whether those who ask the local network who is there get an answer; left out, they do. */
  readonly detect?: boolean;
  /** Addresses to listen at; one number serves all. */
  readonly bind: readonly string[];
  /** 0 takes a free one. */
  readonly port: number;
  /** Where others reach us, when it is not where we listen. */
  readonly advertise?: string;
  readonly advertisePort?: number;
  readonly profile: ProfileName;
  readonly overrides?: Partial<Profile>;
  /** What the configuration adds to our tags. */
  readonly tags: ReadonlyMap<string, string>;
  /** Bytes that an event of ours may have; above 512 only while all members are of our kind. */
  readonly eventLimit: number;
  readonly keys: KeyringHolder;
  /** Higher than in any run before. */
  readonly incarnation: number;
  /** Whether a node that moved waits until plain Serf agents take its new address; left out, it does. */
  readonly moveWait?: boolean;
  /** Keeps our incarnation; it is on disk when this returns. */
  readonly saveIncarnation: (incarnation: number) => void;
  readonly shelf: Shelf;
  /** Returns of members that come and go all the time count at once, unless this is left out or true. */
  readonly damping?: boolean;
  /** Look for the members of the last run although it left on purpose. */
  readonly rejoinAfterLeave?: boolean;
  /** The snapshot of a Serf agent whose place this node takes; read when this node has none of its own. */
  readonly serfSnapshot?: () => string;
  readonly random: Random;
  readonly bus: Bus<AgentEvent>;
  /** Takes how long each answered probe took, in seconds. */
  readonly probeTimes?: Pick<Histogram, 'add'>;
  /** Told of what is not well, and when it is again. */
  readonly trouble?: (trouble: Trouble) => void;
  /** This node turned out to be the copy of another with the same id; answers with what it does about that. */
  readonly cloned?: () => string;
}
