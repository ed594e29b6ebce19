import { createHash } from 'node:crypto';
import { OpsbroError } from '../base/errors.ts';
import type { KvEntry, KvRestored, KvRestoring } from '../model/kv.ts';
import { type Stamp, stampAt } from './hlc.ts';
import type { KvRecord } from './record.ts';
import { exportedVersion } from './restoring.ts';
import { compareVersions, parseVersion, type Version } from './version.ts';

const ROUNDS = 3;

/** A ring of nodes, as far as putting entries back needs it. */
interface Ring {
  get(key: string): Promise<KvEntry | undefined>;
  /** Has the nodes of the key keep this record, unless they have a newer one. */
  keep(key: string, record: KvRecord): Promise<'stored' | 'superseded'>;
  /** Wall time. */
  now(): number;
}

/** Puts an entry of an export back on the nodes that keep its key. Refuses versions from the future with `bad_request`. */
export async function restoreOnRing(entry: KvEntry, over: KvRestoring, ring: Ring): Promise<KvRestored> {
  const exported = exportedVersion(entry, ring.now());
  for (let round = 0; round < ROUNDS; round += 1) {
    const living = await ring.get(entry.key);
    if (living && !mayReplace(living, exported, over)) return 'skipped';
    const done = living ? 'overwritten' : 'created';
    // What was deleted since is remembered as deleted, so the second try is with a version of now.
    const isKept = over === 'older' && round === 0;
    const version = isKept ? exported : versionOfNow(entry, living, ring.now());
    if ((await ring.keep(entry.key, recordOf(entry, { living, version, over }))) === 'stored') return done;
  }
  throw new OpsbroError('quorum', `"${entry.key}": newer versions came again and again`);
}

function mayReplace(living: KvEntry, exported: Version, over: KvRestoring): boolean {
  if (over !== 'older') return over === 'anything';
  const present = parseVersion(living.version);
  return present === undefined || compareVersions(exported, present) > 0;
}

/** Its tag comes from what is stored, so that two imports at one moment are one version only if they say the same. */
function versionOfNow({ key, value, expires }: KvEntry, living: KvEntry | undefined, now: number): Version {
  const before: Stamp = parseVersion(living?.version ?? '')?.stamp ?? 0n;
  const present = stampAt(now);
  const tag = createHash('sha1').update(`${key}\u0000${expires}\u0000`).update(value).digest().subarray(0, 16);
  return { stamp: present > before ? present : before + 1n, tag };
}

interface Life {
  readonly living: KvEntry | undefined;
  readonly version: Version;
  readonly over: KvRestoring;
}

function recordOf({ value, expires, created }: KvEntry, { living, version, over }: Life): KvRecord {
  const began = living === undefined ? version.stamp : stampAt(living.created);
  return {
    version,
    created: over === 'older' ? stampAt(created) : began,
    expires: expires ?? 0,
    kind: 'value',
    value,
  };
}
