import type { Endpoint } from '../../net/address.ts';
import type { Visibility } from './foreigners.ts';
import type { Link } from './link.ts';

/** Where our zone is in the tree of zones. */
export interface ZonePlace {
  /** The direct parent of our zone, if it has one. */
  readonly parent: string | undefined;
  /** Whether a zone is directly below ours. */
  isChild(zone: string): boolean;
  /** Whether a zone is `top` or below it. */
  isWithin(zone: string, top: string): boolean;
  /** Whether we hold keys of a zone, so that its links have to prove one; left out, we hold none. */
  isKeyed?(zone: string): boolean;
}

/** Where our zone is among others, and the way to the one above. */
export interface ZoneWays {
  readonly place: ZonePlace;
  readonly isVisible: Visibility;
  /** Addresses where proxies of the zone above may be (`HOST`, `HOST:PORT` of gossip). */
  readonly seeds: readonly string[];
  /** Where a seed listens for peers when nobody says it. */
  readonly peerPort: number;
  /** Connects to the door for peers of another proxy with the key of our zone; fails with a sentence. */
  readonly open: (to: Endpoint) => Promise<Link>;
}
