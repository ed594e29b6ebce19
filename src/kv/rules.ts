import { OpsbroError } from '../base/errors.ts';
import type { KvDeleted, KvPutOptions, KvWritten } from '../model/kv.ts';
import { msOf, type Stamp, stampAt } from './hlc.ts';
import type { Due, Happening } from './layout.ts';
import { hasExpired, isLive, type KvRecord, modifiedAt } from './record.ts';
import { compareVersions, type Version, versionText } from './version.ts';

/** How long the value of an expired record is kept. */
const KEEP_EXPIRED_MS = 600_000;

const NO_DUES: readonly Due[] = [];

/** What is found under a key: its record, nothing, or bytes that are no record any more. */
export type Held = KvRecord | 'damaged' | undefined;

/** The moment at which a rule decides. */
export interface Moment {
  /** Wall time, epoch milliseconds. */
  readonly now: number;
  /** How long deleted and expired records are remembered. */
  readonly graceMs: number;
  /** `false`: the wall time may be wrong, so nothing is forgotten by it. */
  readonly forgets?: boolean;
  /** A new version, later than all given before and than the one it is to replace. */
  version(over: Stamp): Version;
}

/** What is to be done to a key, in one piece with everything else of the same moment. */
export interface Decision<Answer> {
  /** What is stored from now on; `null`: nothing; missing: what is there stays. */
  readonly next?: KvRecord | null | undefined;
  /** What becomes due, and what is no longer. */
  readonly index?: readonly Due[];
  readonly unindex?: readonly Due[];
  readonly change?: Happening;
  /** Damaged bytes, or a record of a wrong clock, are moved to where they can be looked at. */
  readonly setAside?: 'damaged' | 'future';
  readonly answer: Answer;
}

/** Decides what becomes of a key. Throws to refuse. Pure: it is asked once, in the order of commitment. */
export type Rule<Answer> = (held: Held, moment: Moment) => Decision<Answer>;

/** Stores a value. Keeps the time of creation of a key that lives. */
export function putting(key: string, value: Uint8Array, { ttl, cas }: KvPutOptions): Rule<KvWritten> {
  return (held, moment) => {
    checkCas(key, held, cas, moment.now);
    const before = held === 'damaged' ? undefined : held;
    const version = moment.version(before?.version.stamp ?? 0n);
    const next: KvRecord = {
      version,
      created: isLive(before, moment.now) ? before.created : version.stamp,
      expires: ttl === undefined ? 0 : msOf(version.stamp) + ttl * 1_000,
      kind: 'value',
      value,
    };
    return {
      next,
      index: next.expires === 0 ? [] : [{ index: 'expiry', at: next.expires, key }],
      unindex: duesOf(key, before, moment),
      change: { op: 'put', version, expires: next.expires },
      answer: writtenOf(key, next),
    };
  };
}

/** What came of a record that another node sent. `superseded`: this node holds a newer one, and keeps it. */
export type Merged = 'applied' | { readonly superseded: Version };

/**
 * Takes a record of another node if it is newer than what is held. In any order and however often records come, what is held in the end is
 * the newest of them.
 */
export function merging(key: string, record: KvRecord): Rule<Merged> {
  return (held, moment) => {
    const before = held === 'damaged' ? undefined : held;
    const order = before === undefined ? 1 : compareVersions(record.version, before.version);
    if (before !== undefined && order < 0) return { answer: { superseded: before.version } };
    if (order === 0) return { answer: 'applied' };
    if (moment.forgets !== false && isForgotten(record, moment)) {
      return { next: held === undefined ? undefined : null, unindex: duesOf(key, before, moment), answer: 'applied' };
    }
    return {
      next: record,
      index: dueOfRecord(key, record),
      unindex: duesOf(key, before, moment),
      ...changeBy(record, moment.now),
      answer: 'applied',
    };
  };
}

/** Drops what is held, if it is that version still: other nodes keep it now. */
export function forgetting(key: string, version: Version): Rule<void> {
  return (held, moment) => {
    if (held === undefined || held === 'damaged' || compareVersions(held.version, version) !== 0)
      return { answer: undefined };
    return { next: null, unindex: duesOf(key, held, moment), answer: undefined };
  };
}

/** Whether a deleted or expired key is so old that it need not be remembered any more. */
export function isForgotten(record: KvRecord, { now, graceMs }: Pick<Moment, 'now' | 'graceMs'>): boolean {
  if (record.kind === 'tombstone') return modifiedAt(record) + graceMs <= now;
  return record.expires !== 0 && record.expires + graceMs <= now;
}

function dueOfRecord(key: string, { kind, version, expires }: KvRecord): readonly Due[] {
  if (kind === 'tombstone') return [{ index: 'tombstone', at: version.stamp, key }];
  return expires === 0 ? NO_DUES : [{ index: 'expiry', at: expires, key }];
}

function changeBy(record: KvRecord, now: number): Pick<Decision<void>, 'change'> {
  const { version, expires } = record;
  if (record.kind === 'tombstone') return { change: { op: 'delete', version, expires: 0 } };
  return isLive(record, now) ? { change: { op: 'put', version, expires } } : {};
}

/** Leaves a tombstone where a key was. A key that was never seen leaves none. */
export function deleting(key: string, cas: string | undefined): Rule<KvDeleted> {
  return (held, moment) => {
    checkCas(key, held, cas, moment.now);
    if (held === undefined) return { answer: { key, version: null, existed: false } };
    const before = held === 'damaged' ? undefined : held;
    const existed = held === 'damaged' || isLive(before, moment.now);
    if (!existed) return { answer: { key, version: null, existed } };
    const version = moment.version(before?.version.stamp ?? 0n);
    return {
      next: { version, created: version.stamp, expires: 0, kind: 'tombstone', value: new Uint8Array() },
      index: [{ index: 'tombstone', at: version.stamp, key }],
      unindex: duesOf(key, before, moment),
      change: { op: 'delete', version, expires: 0 },
      answer: { key, version: versionText(version), existed },
    };
  };
}

/** Does what was due for a key with a lifetime: tells of its end, then drops its value, then forgets it. */
export function expiring(key: string, at: number): Rule<void> {
  return (held, moment) => {
    const done: Decision<void> = { unindex: [{ index: 'expiry', at, key }], answer: undefined };
    if (held === undefined || held === 'damaged' || held.expires === 0 || at < held.expires) return done;
    if (!hasExpired(held, moment.now)) return { ...done, index: [{ index: 'expiry', at: held.expires, key }] };
    if (moment.now >= held.expires + moment.graceMs) return { ...done, next: null, ...endOf(held, at) };
    return { ...done, ...endOf(held, at), ...laterOf(key, held, moment) };
  };
}

/** The end of a key is told once: at the due that is its expiry itself. */
function endOf(held: KvRecord, at: number): Pick<Decision<void>, 'change'> {
  return at === held.expires ? { change: { op: 'expire', version: held.version, expires: held.expires } } : {};
}

function laterOf(key: string, held: KvRecord, { now, graceMs }: Moment): Pick<Decision<void>, 'next' | 'index'> {
  const dropAt = held.expires + KEEP_EXPIRED_MS;
  const forget: Due = { index: 'expiry', at: held.expires + graceMs, key };
  if (now < dropAt && graceMs > KEEP_EXPIRED_MS) return { index: [{ index: 'expiry', at: dropAt, key }] };
  if (now < dropAt || held.kind !== 'value') return { index: [forget] };
  return { next: { ...held, kind: 'dropped', value: new Uint8Array() }, index: [forget] };
}

/** Forgets a tombstone after its time. */
export function purging(key: string, at: Stamp): Rule<void> {
  return (held) => {
    const isThatOne =
      held !== undefined && held !== 'damaged' && held.kind === 'tombstone' && held.version.stamp === at;
    const unindex: readonly Due[] = [{ index: 'tombstone', at, key }];
    return isThatOne ? { next: null, unindex, answer: undefined } : { unindex, answer: undefined };
  };
}

/** Moves a record out of the way if it is damaged; its key answers with an error until it is written again. */
export const settingAside: Rule<boolean> = (held) =>
  held === 'damaged' ? { setAside: held, answer: true } : { answer: false };

/** Moves a record out of the way if it is later than `horizon`: the clock that gave it was wrong. */
export const settingAsideBeyond =
  (horizon: Stamp): Rule<boolean> =>
  (held) =>
    held !== undefined && held !== 'damaged' && held.version.stamp > horizon
      ? { setAside: 'future', answer: true }
      : { answer: false };

/** The last stamp of tombstones that need not be remembered any more. */
export const forgottenBefore = (now: number, graceMs: number): Stamp => stampAt(now - graceMs);

/** The places where the index may hold something of a record that is about to be replaced. */
function duesOf(key: string, record: KvRecord | undefined, { now, graceMs }: Moment): readonly Due[] {
  if (record === undefined) return NO_DUES;
  if (record.kind === 'tombstone') return [{ index: 'tombstone', at: record.version.stamp, key }];
  if (record.expires === 0) return NO_DUES;
  const times = hasExpired(record, now) ? [0, KEEP_EXPIRED_MS, graceMs] : [0];
  return times.map((after) => ({ index: 'expiry', at: record.expires + after, key }));
}

function checkCas(key: string, held: Held, cas: string | undefined, now: number): void {
  if (cas === undefined) return;
  if (held === 'damaged') throw damaged(key);
  const current = isLive(held, now) ? versionText(held.version) : null;
  if (cas === (current ?? '0')) return;
  const found = current === null ? 'there is no such key' : `its version is ${current}`;
  throw new OpsbroError('cas_failed', `"${key}" was not changed: ${found}`, { details: { current } });
}

/** The refusal to say anything about a key whose record is damaged. */
export const damaged = (key: string): OpsbroError =>
  new OpsbroError(
    'store_failed',
    `the record of "${key}" is damaged and was set aside; write the key again or delete it`,
  );

/** What people are told of a stored record. */
export function writtenOf(key: string, record: KvRecord): KvWritten {
  return {
    key,
    version: versionText(record.version),
    created: msOf(record.created),
    modified: modifiedAt(record),
    expires: record.expires === 0 ? null : record.expires,
  };
}
