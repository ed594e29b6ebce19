import type { KvRecord } from '../../../src/kv/record.ts';
import { versionText } from '../../../src/kv/version.ts';

/** A request of a client, and what came of it. */
export interface Event {
  readonly op: 'put' | 'delete' | 'get';
  readonly key: string;
  readonly cas?: string;
  /** What was written; every write has its own. */
  readonly value?: string;
  readonly from: number;
  /** When the answer came; `undefined`: it never came. */
  until?: number;
  /** `info`: nobody knows whether it happened. */
  result: 'ok' | 'fail' | 'info';
  /** The version that was written or read; for a read `undefined` when there was nothing. */
  version?: string | undefined;
  error?: string;
}

type Writes = readonly Event[];

const isWrite = ({ op }: Event): boolean => op !== 'get';
const isAcked = ({ result, version }: Event): boolean => result === 'ok' && version !== undefined;

/** The version texts of acknowledged writes of a key. */
const acked = (writes: Writes): readonly string[] => writes.filter(isAcked).map(({ version }) => version ?? '');

/**
 * What is wrong in the end, when all replicas were given the time to become equal: something acknowledged is lost, something deleted is back,
 * replicas differ, or something is there that nobody wrote. An indeterminate write may have taken effect, if its version is the largest.
 */
export function faultsInTheEnd(
  events: readonly Event[],
  held: ReadonlyMap<string, ReadonlyMap<string, KvRecord>>,
  ownersOf: (key: string) => readonly string[],
): readonly string[] {
  const keys = new Set(events.map(({ key }) => key));
  return [...keys].flatMap((key) => {
    const writes = events.filter((event) => event.key === key && isWrite(event));
    const owners = ownersOf(key);
    const strays = [...held]
      .filter(([node, records]) => !owners.includes(node) && records.has(key))
      .map(([node]) => node);
    const copies = owners.map((owner) => held.get(owner)?.get(key));
    const versions = new Set(copies.map((copy) => (copy ? versionText(copy.version) : 'nothing')));
    if (strays.length > 0) return [`${key}: still kept by ${strays}`];
    if (versions.size > 1) return [`${key}: replicas differ: ${[...versions]}`];
    return faultsOfRecord(key, copies[0], writes);
  });
}

function faultsOfRecord(key: string, record: KvRecord | undefined, writes: Writes): readonly string[] {
  const newest = [...acked(writes)].sort().at(-1);
  if (record === undefined) return newest === undefined ? [] : [`${key}: ${newest} was acknowledged and is lost`];
  const version = versionText(record.version);
  if (newest !== undefined && version < newest) return [`${key}: ${newest} was acknowledged, ${version} is there`];
  if (version === newest) return [];
  const value = record.kind === 'tombstone' ? undefined : Buffer.from(record.value).toString();
  const isPossible = writes.some((write) => write.result === 'info' && write.value === value);
  return isPossible ? [] : [`${key}: ${version} is there (${value ?? 'deleted'}), which nobody wrote last`];
}

/** What is wrong on the way, when there was always a majority: reads of the past, writes before the past, two successes from one version. */
export function faultsOnTheWay(events: readonly Event[]): readonly string[] {
  const keys = new Set(events.map(({ key }) => key));
  return [...keys].flatMap((key) => {
    const own = events.filter((event) => event.key === key);
    const writes = own.filter((event) => isWrite(event));
    return [...own.flatMap((event) => faultOfOrder(event, writes)), ...faultsOfConditions(key, writes)];
  });
}

function faultOfOrder(event: Event, writes: Writes): readonly string[] {
  if (event.result !== 'ok') return [];
  const before = acked(writes.filter(({ until }) => until !== undefined && until < event.from))
    .toSorted()
    .at(-1);
  if (before === undefined || (event.version !== undefined && event.version >= before)) return [];
  if (event.op === 'delete' && event.version === undefined)
    return isGone(event, before, writes) ? [] : [`${event.key}: a delete saw nothing after ${before}`];
  if (event.version === undefined && isGone(event, before, writes)) return [];
  return [
    `${event.key}: ${event.op} at ${event.from} got ${event.version ?? 'nothing'} after ${before} was acknowledged`,
  ];
}

/** Whether a delete may explain that there is nothing. */
function isGone({ until }: Event, before: string, writes: Writes): boolean {
  return writes.some(
    ({ op, result, version, from }) =>
      op === 'delete' && result !== 'fail' && from < (until ?? 0) && (version === undefined || version >= before),
  );
}

function faultsOfConditions(key: string, writes: Writes): readonly string[] {
  const won = writes
    .filter(({ cas, result }) => cas !== undefined && cas !== '0' && result === 'ok')
    .map(({ cas }) => cas);
  return won.length === new Set(won).size ? [] : [`${key}: two succeeded from one version`];
}
