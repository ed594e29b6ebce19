import { isLoopback } from '../base/loopback.ts';

const LOOPBACK = '127.0.0.1';

/** Where gossip listens, and what a person should know about that. */
export interface GossipBind {
  readonly addresses: readonly string[];
  readonly warnings: readonly string[];
}

/** Gossip is open to whoever reaches it, so it goes beyond loopback only when somebody said that this is wanted. */
export function gossipBind(wanted: readonly string[] | undefined, isInsecureWanted: boolean): GossipBind {
  const addresses = wanted ?? [LOOPBACK];
  if (addresses.every(isLoopback)) return { addresses, warnings: [] };
  const text = addresses.join(', ');
  if (isInsecureWanted) {
    const warning = `gossip listens on ${text} without encryption: whoever reaches it can speak for any member`;
    return { addresses, warnings: [warning] };
  }
  const warning = `gossip stays on ${LOOPBACK} instead of ${text}, as nothing is encrypted; to open it all the same set insecure: true`;
  return { addresses: [LOOPBACK], warnings: [warning] };
}
