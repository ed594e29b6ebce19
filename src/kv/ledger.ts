import { OpsbroError } from '../base/errors.ts';
import type { Operation as Change } from '../base/write-all.ts';
import type { KvChange } from '../model/kv.ts';
import { msOf, nextStamp, type Stamp, stampAt } from './hlc.ts';
import {
  changePlace,
  type Due,
  duePlace,
  encodeChanges,
  type Happening,
  type Logged,
  metaPlace,
  quarantinePlace,
  recordPlace,
} from './layout.ts';
import { decodeRecord, encodeRecord, type KvRecord } from './record.ts';
import type { Decision, Held, Moment, Rule } from './rules.ts';
import { type Version, versionText } from './version.ts';

/** How far ahead of the clock its mark on disk is: after a crash the clock starts from there. */
const MARK_AHEAD_MS = 2_000;

/** What the store knows of itself as a whole; stored with every batch. */
export interface Totals {
  /** Last reading given out. */
  readonly last: Stamp;
  /** No version on disk is later than this reading. */
  readonly mark: Stamp;
  readonly records: number;
  readonly bytes: number;
  /** Number of the last change. */
  readonly index: number;
}

/** What is done to one place of the database. */
export type Operation = Change<Uint8Array, Uint8Array>;

/** What is stored at a key's place, as bytes, and whether something of it is set aside. */
export interface Found {
  readonly stored: Uint8Array | undefined;
  /** What that says, if it was made out before. */
  readonly record?: KvRecord | undefined;
  readonly setAside: boolean;
}

interface World {
  readonly now: number;
  readonly graceMs: number;
  readonly tag: Uint8Array;
  readonly maxBytes: number;
  readonly forgets: boolean;
}

/** A record that came, went or was replaced; damaged ones do not count as there. */
export interface Move {
  readonly key: string;
  readonly before: Version | undefined;
  readonly after: Version | undefined;
}

/** The outcome of one rule: its answer, or why it was refused. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly refusal: unknown };

/**
 * Works out one batch: asks the rules one after the other, each seeing what those before it decided, and gathers the operations and the new
 * totals. Nothing is true before the batch is on disk.
 */
export class Ledger {
  readonly operations: Operation[] = [];
  readonly changes: KvChange[] = [];
  readonly moves: Move[] = [];
  readonly #world: World;
  readonly #found: Map<string, Found>;
  readonly #totals: { -readonly [Name in keyof Totals]: Totals[Name] };
  readonly #moment: Moment;
  readonly #logged: Logged[] = [];
  #quarantined = 0;
  #soonest = Number.POSITIVE_INFINITY;

  /** `found` is what is stored under the keys of the batch; it is kept true. */
  constructor(totals: Totals, world: World, found: Map<string, Found>) {
    const { now, graceMs, forgets } = world;
    this.#totals = { ...totals };
    this.#world = world;
    this.#found = found;
    this.#moment = { now, graceMs, forgets, version: (over) => this.#version(over) };
  }

  /** How many more damaged records are set aside than before. */
  get quarantined(): number {
    return this.#quarantined;
  }

  /** When the first of what this batch indexes is due, in epoch milliseconds; infinity when nothing is. */
  get soonest(): number {
    return this.#soonest;
  }

  get totals(): Totals {
    return this.#totals;
  }

  /** What is stored under the keys of this batch once it is on disk. */
  get found(): ReadonlyMap<string, Found> {
    return this.#found;
  }

  /** Asks a rule what becomes of `key`. */
  ask(key: string, rule: Rule<unknown>): Outcome<unknown> {
    const found = this.#found.get(key) ?? ABSENT;
    try {
      const held = heldOf(found);
      const decision = rule(held, this.#moment);
      const refusal = this.#apply(key, found, held, decision);
      return refusal === undefined ? { answer: decision.answer } : { refusal };
    } catch (refusal) {
      return { refusal };
    }
  }

  /** Ends the batch: adds what the store has to remember of itself. */
  seal(): readonly Operation[] {
    if (this.operations.length === 0) return this.operations;
    const { last, mark, index } = this.#totals;
    if (msOf(last) > msOf(mark) - MARK_AHEAD_MS / 2) {
      this.#totals.mark = last + stampAt(MARK_AHEAD_MS);
      this.operations.push({ type: 'put', key: metaPlace('hlc'), value: encodeMark(this.#totals.mark) });
    }
    if (this.#logged.length > 0) {
      this.operations.push({ type: 'put', key: changePlace(index), value: encodeChanges(this.#logged) });
    }
    this.operations.push({ type: 'put', key: metaPlace('totals'), value: encodeTotals(this.#totals) });
    return this.operations;
  }

  #version(over: Stamp): Version {
    const { last } = this.#totals;
    const { now, tag } = this.#world;
    const stamp = nextStamp(over > last ? over : last, now);
    this.#totals.last = stamp;
    return { stamp, tag };
  }

  #apply(key: string, found: Found, held: Held, decision: Decision<unknown>): unknown {
    const { next, change, setAside } = decision;
    // Whatever cannot be written down is found out before anything is.
    const dues = reindexing(decision);
    if (setAside !== undefined) this.#quarantine(key, found);
    // What is not counted as there does not go.
    if (setAside === 'future' && held !== undefined && held !== 'damaged')
      this.moves.push({ key, before: held.version, after: undefined });
    if (next !== undefined) {
      const stored = next === null ? undefined : encodeRecord(next);
      const growth = sizeOf(key, stored) - sizeOf(key, found.stored);
      if (next?.kind === 'value' && growth > 0 && this.#isOver(growth)) return overQuota(this.#world.maxBytes);
      this.#store(key, found, { stored, record: next ?? undefined }, growth);
      const before = held === 'damaged' ? undefined : held?.version;
      this.moves.push({ key, before, after: next?.version });
      if (next !== null) this.#see(next.version.stamp);
    }
    this.#reindex(dues, decision);
    if (change) this.#log(key, change);
    return undefined;
  }

  #reindex(dues: readonly Operation[], { index = NO_DUES }: Decision<unknown>): void {
    for (const operation of dues) this.operations.push(operation);
    for (const due of index) {
      const at = due.index === 'expiry' ? due.at : msOf(due.at) + 1 + this.#world.graceMs;
      this.#soonest = Math.min(this.#soonest, at);
    }
  }

  #isOver(growth: number): boolean {
    const { maxBytes } = this.#world;
    return maxBytes > 0 && this.#totals.bytes + growth > maxBytes;
  }

  #store(key: string, found: Found, { stored, record }: Omit<Found, 'setAside'>, growth: number): void {
    const place = recordPlace(key);
    this.operations.push(stored ? { type: 'put', key: place, value: stored } : { type: 'del', key: place });
    if (found.setAside) {
      this.operations.push({ type: 'del', key: quarantinePlace(key) });
      this.#quarantined -= 1;
    }
    this.#totals.records += (stored ? 1 : 0) - (found.stored ? 1 : 0);
    this.#totals.bytes += growth;
    this.#found.set(key, { stored, record, setAside: false });
  }

  /** A record of another node may be ahead of our clock, which must never fall behind what is on disk. */
  #see(stamp: Stamp): void {
    if (stamp > this.#totals.last) this.#totals.last = stamp;
  }

  #quarantine(key: string, { stored, setAside }: Found): void {
    if (stored === undefined || setAside) return;
    this.operations.push({ type: 'put', key: quarantinePlace(key), value: stored });
    this.#store(key, { stored, setAside: false }, { stored: undefined }, -sizeOf(key, stored));
    this.#found.set(key, { stored: undefined, setAside: true });
    this.#quarantined += 1;
  }

  #log(key: string, happening: Happening): void {
    const { op, version, expires, isLate } = happening;
    this.#totals.index += 1;
    const { index } = this.#totals;
    this.#logged.push({ key, op, version, expires, isLate });
    const told = { index, op, key, version: versionText(version), expires: expires === 0 ? null : expires };
    this.changes.push(isLate ? { ...told, isLate } : told);
  }
}

const NOTHING = new Uint8Array();
const NO_DUES: readonly Due[] = [];
const NO_OPERATIONS: readonly Operation[] = [];

/** What a decision does to the indexes. */
function reindexing({ index = NO_DUES, unindex = NO_DUES }: Decision<unknown>): readonly Operation[] {
  if (index.length + unindex.length === 0) return NO_OPERATIONS;
  return [
    ...unindex.map((due) => ({ type: 'del', key: duePlace(due) }) as const),
    ...index.map((due) => ({ type: 'put', key: duePlace(due), value: NOTHING }) as const),
  ];
}

const ABSENT: Found = { stored: undefined, setAside: false };

function heldOf({ stored, record, setAside }: Found): Held {
  if (stored === undefined) return setAside ? 'damaged' : undefined;
  return record ?? decodeRecord(stored) ?? 'damaged';
}

const sizeOf = (key: string, stored: Uint8Array | undefined): number =>
  stored === undefined ? 0 : Buffer.byteLength(key) + stored.length;

const overQuota = (maxBytes: number): OpsbroError =>
  new OpsbroError('quota', `the store holds as much as it may (${maxBytes} bytes); delete keys or raise kv.max_bytes`);

const encodeTotals = ({ records, bytes, index }: Totals): Uint8Array =>
  encodeNumbers([BigInt(records), BigInt(bytes), BigInt(index)]);

/** The clock's mark as it is stored. */
export const encodeMark = (mark: Stamp): Uint8Array => encodeNumbers([mark]);

/** The totals as they were stored; the clock goes on behind its mark. `undefined` when they are not to be read. */
export function decodeTotals(hlc: Uint8Array | undefined, totals: Uint8Array | undefined): Totals | undefined {
  const [mark] = decodeNumbers(hlc);
  const [records, bytes, index] = decodeNumbers(totals);
  if (mark === undefined || records === undefined || bytes === undefined || index === undefined) return undefined;
  return { last: mark, mark, records: Number(records), bytes: Number(bytes), index: Number(index) };
}

function encodeNumbers(numbers: readonly bigint[]): Uint8Array {
  const stored = Buffer.allocUnsafe(numbers.length * 8);
  for (const [place, number] of numbers.entries()) stored.writeBigUInt64BE(number, place * 8);
  return stored;
}

function decodeNumbers(stored: Uint8Array | undefined): bigint[] {
  if (stored === undefined) return [];
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
  return Array.from({ length: Math.floor(bytes.length / 8) }, (_, place) => bytes.readBigUInt64BE(place * 8));
}
