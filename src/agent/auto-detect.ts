import { AutoDetect } from '../gossip/zones/auto-detect.ts';
import type { Pool } from './pool.ts';
import type { World } from './world.ts';

/** Looks for the pool on the local networks while this node knows of no other member; begins at once. */
export function autoDetect({ clock, log }: World, pool: Pool, isProxy: boolean): AutoDetect {
  const search = new AutoDetect({
    clock,
    log: log.logger.child({ part: 'gossip' }),
    isProxy,
    zone: () => pool.self.zone,
    isAlone: () => isAlone(pool),
    search: (timeoutMs) => pool.detect(timeoutMs),
    async join(address) {
      const { errors } = await pool.join([address]);
      return errors.get(address);
    },
  });
  void search.start();
  return search;
}

/** Whether no other node of our zone is there. */
function isAlone({ members, self }: Pool): boolean {
  for (const { id, state, zone } of members.values()) {
    if (id !== self.id && zone === self.zone && (state === 'alive' || state === 'suspect')) return false;
  }
  return true;
}
