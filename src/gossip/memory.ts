import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Shelf } from '../base/shelf.ts';
import type { Endpoint } from '../net/address.ts';
import type { Snapshot } from './core/core.ts';
import type { PartName, Remembered } from './core/effect.ts';
import { parseSerfSnapshot } from './serf-snapshot.ts';
import type { Trouble } from './trouble.ts';

/** What the last run has left behind. */
export interface Memory {
  readonly members: readonly Remembered[];
  readonly clocks: Snapshot['clocks'];
  readonly versions: Readonly<Record<PartName, number>>;
  /** It left the pool on purpose. */
  readonly left: boolean;
  /** Where others reached this node, if it was kept. */
  readonly own?: Endpoint;
  /** When this was kept, in epoch milliseconds; 0 when that is not known. */
  readonly at: number;
}

/** What is kept of a run. */
type Kept = Snapshot & Pick<Memory, 'left' | 'at'>;

interface Sources {
  readonly shelf: Shelf;
  readonly log: Logger;
  readonly trouble?: (trouble: Trouble) => void;
  /** Reads the snapshot of a Serf agent whose place this node takes. */
  readonly serfSnapshot?: () => string;
}

const SNAPSHOT = 'snapshot';
const UNREADABLE = 'snapshot-unreadable';
const VERSIONS = 'versions';
const FORMAT = 1;
const NOTHING: Omit<Memory, 'versions'> = { members: [], clocks: [1, 1, 1], left: false, at: 0 };

/**
 * Reads what the last run left, else what a Serf agent left. A snapshot that cannot be read is set aside, and said to be so; it counts as
 * never having been.
 */
export async function recall({ shelf, log, trouble = () => {}, serfSnapshot }: Sources): Promise<Memory> {
  const kept = await shelf.load();
  const told = fieldsOf(kept.get(VERSIONS));
  const versions = {
    base: countOf(told.get('base')),
    checks: countOf(told.get('checks')),
    services: countOf(told.get('services')),
  };
  const value = kept.get(SNAPSHOT);
  if (value === undefined) return { ...(serfSnapshot ? imported(serfSnapshot, { log, trouble }) : NOTHING), versions };
  const snapshot = readSnapshot(value);
  if (snapshot) return { ...snapshot, versions };
  shelf.put(UNREADABLE, value);
  shelf.delete(SNAPSHOT);
  const text = `the members of the last run cannot be read; they were set aside as "${UNREADABLE}", and only seeds are tried`;
  log.error({}, text);
  trouble({ code: 'snapshot_unreadable', text });
  return { ...NOTHING, versions };
}

/** Keeps who is in the pool, for the next run. */
export function keepSnapshot(shelf: Shelf, kept: Kept): void {
  shelf.put(SNAPSHOT, { v: FORMAT, ...kept });
}

/** Keeps the versions of our own record, for the next run. */
export function keepVersions(shelf: Shelf, versions: Readonly<Record<PartName, number>>): void {
  shelf.put(VERSIONS, { v: FORMAT, ...versions });
}

function imported(read: () => string, { log, trouble }: Required<Pick<Sources, 'log' | 'trouble'>>): typeof NOTHING {
  try {
    const found = parseSerfSnapshot(read());
    log.info({ members: found.members.length }, 'members of a Serf agent were taken over');
    return { ...found, at: 0 };
  } catch (error) {
    const text = `the Serf snapshot cannot be read: ${messageOf(error)}; set gossip.import_serf_snapshot to the file of the Serf agent`;
    log.error({}, text);
    trouble({ code: 'serf_snapshot_unreadable', text });
    return NOTHING;
  }
}

/** A snapshot as it was kept; nothing when anything in it is not as it should be. */
function readSnapshot(value: unknown): Omit<Memory, 'versions'> | undefined {
  const fields = fieldsOf(value);
  const [told, clocks] = [fields.get('members'), fields.get('clocks')];
  if (!Array.isArray(told) || !Array.isArray(clocks)) return undefined;
  const members = told.flatMap(memberOf);
  const times = clocks.map(countOf);
  if (members.length !== told.length || times.length !== 3 || times.includes(0)) return undefined;
  const [own] = endpointOf(fields.get('own'));
  return {
    members,
    clocks: [times[0] ?? 1, times[1] ?? 1, times[2] ?? 1],
    left: fields.get('left') === true,
    ...(own && { own }),
    at: countOf(fields.get('at')),
  };
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  const fields = mapOf(value);
  return fields.get('v') === FORMAT ? fields : new Map();
}

const mapOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);

function memberOf(value: unknown): Remembered[] {
  const fields = mapOf(value);
  const [id, name, zone] = [textOf(fields.get('id')), textOf(fields.get('name')), textOf(fields.get('zone'))];
  if (name === '') return [];
  const isDead = fields.get('isDead') === true;
  const incarnation = countOf(fields.get('incarnation'));
  return endpointOf(value).map((place) => ({ name, ...place, id, zone, incarnation, ...(isDead && { isDead }) }));
}

function endpointOf(value: unknown): Endpoint[] {
  const fields = mapOf(value);
  const [address, port] = [textOf(fields.get('address')), countOf(fields.get('port'))];
  return address === '' || port < 1 || port > 65_535 ? [] : [{ address, port }];
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const countOf = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
