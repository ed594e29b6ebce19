import { OpsbroError } from '../base/errors.ts';
import type { PoolActions } from '../model/pool.ts';
import { Alone } from './alone.ts';
import type { Pool } from './pool.ts';

// What gossip does not offer yet; this file goes when it does.

const later = (what: string): OpsbroError => new OpsbroError('not_supported', `this build cannot ${what} yet`);

/** What can be asked of this pool. */
export function poolActions(pool: Pool): PoolActions {
  if (pool instanceof Alone) return pool;
  return {
    join: (addresses) => pool.join(addresses),
    forceLeave: (name) => pool.forceLeave(name),
    ping: async () => Promise.reject(later('ping')),
    why(name) {
      return { name, evidence: [], summary: '' };
    },
    events: () => [],
    addEvent() {
      throw later('send events');
    },
    query: async () => Promise.reject(later('query')),
    keyring: async () => Promise.reject(later('change keys')),
    coordinates: () => [],
    roundTrip: () => ({}),
    detect: async () => Promise.reject(later('detect')),
  };
}

/** The gossip key of ours with that fingerprint, in base64. */
export const keyNamed = (_fingerprint: string): string | undefined => undefined;
