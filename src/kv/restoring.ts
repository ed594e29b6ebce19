import { OpsbroError } from '../base/errors.ts';
import type { KvEntry, KvRestored, KvRestoring } from '../model/kv.ts';
import { msOf, stampAt } from './hlc.ts';
import { isLive, type KvRecord } from './record.ts';
import { type Moment, merging, type Rule } from './rules.ts';
import { compareVersions, nodeTag, parseVersion, type Version } from './version.ts';

/** How far ahead of the clock the version of an export may be: one from the future would win against every later write. */
const MAX_AHEAD_MS = 10_000;

/** Puts an entry of an export back. Refuses versions from the future with `bad_request`. */
export function restoring(entry: KvEntry, over: KvRestoring): Rule<KvRestored> {
  return (held, moment) => {
    const before = held === 'damaged' ? undefined : held;
    const living = isLive(before, moment.now) ? before : undefined;
    const exported = exportedVersion(entry, moment.now);
    if (living && !mayReplace(living, exported, over)) return { answer: 'skipped' };
    const record = recordOf(
      entry,
      over === 'older' ? keeping(entry, exported, before, moment) : anew(living, before, moment),
    );
    const decision = merging(entry.key, record)(held, moment);
    return { ...decision, answer: living ? 'overwritten' : 'created' };
  };
}

function mayReplace(living: KvRecord, exported: Version, over: KvRestoring): boolean {
  if (over === 'older') return compareVersions(exported, living.version) > 0;
  return over === 'anything';
}

/**
 * The version of an exported entry. Those of another kind of store have versions of their own; when they were written is then what counts.
 * Refuses with `bad_request` what was created or written after the wall time `now`.
 */
export function exportedVersion({ version, created, modified, key }: KvEntry, now: Moment['now']): Version {
  const exported = parseVersion(version) ?? { stamp: stampAt(modified), tag: nodeTag('') };
  if (msOf(exported.stamp) > now + MAX_AHEAD_MS) throw ofTheFuture(key, 'written', modified);
  if (created > now + MAX_AHEAD_MS) throw ofTheFuture(key, 'created', created);
  return exported;
}

const ofTheFuture = (key: string, what: string, at: number): OpsbroError =>
  new OpsbroError('bad_request', `"${key}" was ${what} in the future: ${new Date(at).toISOString()}`);

type Life = Pick<KvRecord, 'version' | 'created'>;

/** As it was exported. What was deleted since comes back under a new version, or the deletion would win. */
function keeping(entry: KvEntry, exported: Version, before: KvRecord | undefined, moment: Moment): Life {
  const isNewest = before === undefined || compareVersions(exported, before.version) > 0;
  return {
    version: isNewest ? exported : moment.version(before.version.stamp),
    created: stampAt(entry.created),
  };
}

function anew(living: KvRecord | undefined, before: KvRecord | undefined, moment: Moment): Life {
  const version = moment.version(before?.version.stamp ?? 0n);
  return { version, created: living?.created ?? version.stamp };
}

const recordOf = ({ value, expires }: KvEntry, life: Life): KvRecord => ({
  ...life,
  expires: expires ?? 0,
  kind: 'value',
  value,
});
