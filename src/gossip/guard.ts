import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { Networks } from '../base/networks.ts';
import { Drops } from './drops.ts';
import { FormerKeys } from './former-keys.ts';
import type { KeySource } from './key-source.ts';
import { Shield } from './shield.ts';
import { SourceLimits } from './source-limits.ts';

/** What is to be known of the ways into a node. */
export interface GuardOptions {
  /** The keys of our zone, as they are at any moment. */
  readonly keys: KeySource;
  /** Only who sends under the same label is heard; empty: none, as real serf agents need it. */
  readonly label: string;
  /** Sends compressed what gets shorter by it. */
  readonly compress: boolean;
  /** Networks (`10.0.0.0/8`) that others may come from and be at; empty: any. */
  readonly allowedNetworks: readonly string[];
  /** Datagrams a second that one address may send. */
  readonly maxPacketsPerSource: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What stands at every way into this node, datagrams and streams alike. */
export interface Guard {
  readonly clock: Clock;
  readonly shield: Shield;
  readonly formerKeys: FormerKeys;
  readonly limits: SourceLimits;
  readonly networks: Networks;
  readonly drops: Drops;
  /** Counts under a name. */
  readonly count: (name: string, by?: number) => void;
}

/** Sets up the guard of a node; it counts by `count`. */
export function guardOf(options: GuardOptions, count: Guard['count']): Guard {
  const { clock, log, allowedNetworks, maxPacketsPerSource } = options;
  const networks = new Networks(allowedNetworks);
  return {
    clock,
    shield: new Shield(options),
    formerKeys: new FormerKeys(),
    limits: new SourceLimits({ networks, packetsPerSecond: maxPacketsPerSource }),
    networks,
    drops: new Drops({ clock, log, count }),
    count,
  };
}
