import { failedWith, OpsbroError } from '../base/errors.ts';
import type { KvEntry, KvRestored, KvRestoring, KvStore } from '../model/kv.ts';

const S = 1_000;

/**
 * Puts an entry of an export back into a store that has no way of its own for that: as a write of now, with what is left of its lifetime in
 * whole seconds. What may replace only older values is not possible so.
 */
export async function putBack(store: KvStore, entry: KvEntry, over: KvRestoring, now: number): Promise<KvRestored> {
  const { key, value, expires } = entry;
  if (over === 'older') {
    throw new OpsbroError('not_supported', 'this store cannot keep the versions of an export; use overwrite or skip');
  }
  const ttl = expires === null ? undefined : Math.max(1, Math.ceil((expires - now) / S));
  if (over === 'anything') {
    const isThere = (await store.get(key)) !== undefined;
    await store.put(key, value, { ttl });
    return isThere ? 'overwritten' : 'created';
  }
  try {
    await store.put(key, value, { ttl, cas: '0' });
    return 'created';
  } catch (error) {
    if (failedWith(error, 'cas_failed')) return 'skipped';
    throw error;
  }
}
