import type { Shelf } from '../base/shelf.ts';
import type { Snapshot } from './core/core.ts';
import { PART_NAMES, type PartName, type Remembered } from './core/effect.ts';

/** What the last run has left behind. */
export interface Memory {
  readonly members: readonly Remembered[];
  readonly clocks: readonly [member: number, event: number, query: number];
  readonly versions: Readonly<Record<PartName, number>>;
  /** It left the pool on purpose. */
  readonly left: boolean;
}

const SNAPSHOT = 'snapshot';
const VERSIONS = 'versions';
const FORMAT = 1;

/** Reads what the last run left; what is missing or cannot be read counts as never having been. */
export async function recall(shelf: Shelf): Promise<Memory> {
  const kept = await shelf.load();
  const snapshot = fieldsOf(kept.get(SNAPSHOT));
  const versions = fieldsOf(kept.get(VERSIONS));
  const clocks = Array.isArray(snapshot.get('clocks')) ? (snapshot.get('clocks') as unknown[]) : [];
  const members = snapshot.get('members');
  return {
    members: Array.isArray(members) ? members.flatMap(memberOf) : [],
    clocks: [timeOf(clocks[0]), timeOf(clocks[1]), timeOf(clocks[2])],
    versions: Object.fromEntries(PART_NAMES.map((part) => [part, countOf(versions.get(part))])) as Record<
      PartName,
      number
    >,
    left: snapshot.get('left') === true,
  };
}

/** Keeps who lives, for the next run. */
export function keepSnapshot(shelf: Shelf, snapshot: Snapshot, ending: 'none' | 'left'): void {
  shelf.put(SNAPSHOT, { v: FORMAT, ...snapshot, left: ending === 'left' });
}

/** Keeps the versions of our own record, for the next run. */
export function keepVersions(shelf: Shelf, versions: Readonly<Record<PartName, number>>): void {
  shelf.put(VERSIONS, { v: FORMAT, ...versions });
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  if (typeof value !== 'object' || value === null) return new Map();
  const fields = new Map<string, unknown>(Object.entries(value));
  return fields.get('v') === FORMAT ? fields : new Map();
}

function memberOf(value: unknown): Remembered[] {
  const fields = new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  const text = (name: string) => (typeof fields.get(name) === 'string' ? String(fields.get(name)) : '');
  const port = countOf(fields.get('port'));
  const name = text('name');
  const address = text('address');
  if (name === '' || address === '' || port < 1 || port > 65_535) return [];
  return [{ name, address, port, id: text('id'), zone: text('zone'), incarnation: countOf(fields.get('incarnation')) }];
}

const countOf = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;

const timeOf = (value: unknown): number => Math.max(1, countOf(value));
