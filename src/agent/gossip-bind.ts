import { isLoopback } from '../base/loopback.ts';
import type { KeySource } from '../gossip/key-source.ts';

const LOOPBACK = '127.0.0.1';

/** What decides where gossip listens. */
export interface BindWish {
  /** The addresses of the configuration, if it names any. */
  readonly wanted: readonly string[] | undefined;
  /** Somebody wrote that it may listen beyond loopback without keys. */
  readonly isInsecureWanted: boolean;
  readonly keys: KeySource['state'];
  /** The address that stands for all interfaces of this machine. */
  readonly everywhere: string;
}

/** Where gossip listens, and what a person should know about that. */
export interface GossipBind {
  readonly addresses: readonly string[];
  readonly warnings: readonly string[];
}

/** The address that stands for all of these interfaces: that of IPv6 takes IPv4 as well. */
export const everywhereOf = (interfaces: readonly { readonly address: string }[]): string =>
  interfaces.some(({ address }) => address.includes(':')) ? '::' : '0.0.0.0';

/** Without keys gossip is open to whoever reaches it, so it goes beyond loopback only when somebody said that this is wanted. */
export function gossipBind({ wanted, isInsecureWanted, keys, everywhere }: BindWish): GossipBind {
  const addresses = wanted ?? [keys === 'keyed' ? everywhere : LOOPBACK];
  if (keys === 'keyed' || addresses.every(isLoopback)) return { addresses, warnings: [] };
  const text = addresses.join(', ');
  if (keys === 'closed') {
    const warning = `gossip stays on ${LOOPBACK} instead of ${text}, as the keys of the zone cannot be read`;
    return { addresses: [LOOPBACK], warnings: [warning] };
  }
  if (isInsecureWanted) {
    const warning = `gossip listens on ${text} without encryption: whoever reaches it can speak for any member`;
    return { addresses, warnings: [warning] };
  }
  const remedy = 'run opsbro gossip zone key generate, or to open it all the same set insecure: true';
  const warning = `gossip stays on ${LOOPBACK} instead of ${text}, as nothing is encrypted; ${remedy}`;
  return { addresses: [LOOPBACK], warnings: [warning] };
}
