/** What this node keeps of itself in the key-value store, for those who read there. */
import type { KvStore } from '../model/kv.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { CheckKeys } from './check-keys.ts';
import type { Identity } from './identity.ts';
import { RepairKeys } from './repair-keys.ts';
import type { World } from './world.ts';

/** Keeps the checks of this node and what is repaired on it in the store, while the zone has one here. */
export function keepStoreKeys(
  { world, identity }: { readonly world: World; readonly identity: Identity },
  kv: KvStore,
  runtime: Runtime,
): Disposable {
  const { bus, clock } = world;
  const log = world.log.logger.child({ part: 'kv' });
  const common = { bus, clock, log, kv, nodeId: identity.id, hasStore: () => runtime.groups.has('kv') };
  const checks = new CheckKeys({ ...common, checks: () => runtime.checks() });
  const repairs = new RepairKeys(common);
  return {
    [Symbol.dispose]() {
      checks[Symbol.dispose]();
      repairs[Symbol.dispose]();
    },
  };
}
