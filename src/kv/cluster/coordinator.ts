/** Does what clients want of a key, together with the other nodes that keep it. */
import { OpsbroError } from '../../base/errors.ts';
import type { KvEntry } from '../../model/kv.ts';
import { msOf } from '../hlc.ts';
import { entryOf } from '../pages.ts';
import { isLive, type KvRecord, PackedRecord } from '../record.ts';
import { readAt } from '../record-cache.ts';
import { type Held, writtenOf } from '../rules.ts';
import { nodeTag, type Version, versionText } from '../version.ts';
import { behind, holdersIn, isNeverSeen, isReadFrom, isWrittenTo, newestOf, supersededBy } from './findings.ts';
import { type Askers, Gathering } from './gathering.ts';
import type { HybridClock } from './hybrid-clock.ts';
import type { Outcome, Question, Wish } from './messages.ts';
import type { Ports } from './ports.ts';
import type { Wanted } from './quorum.ts';
import { casFailed, halfway, notWritten, ofTheFuture, tooFew } from './refusals.ts';
import type { Standpoint } from './standpoint.ts';
import { ownersOf } from './view.ts';

const ROUNDS = 3;

interface Parts {
  readonly ports: Ports;
  readonly clock: HybridClock;
  readonly standpoint: Standpoint;
  /** Counts what was done, by name. */
  count(name: string, by: number): void;
  /** A new one for each request, as the ring may change. */
  askers(): Askers;
}

/** What is to be written; its version is found while writing. */
type Draft = Omit<KvRecord, 'version' | 'created' | 'expires'> & {
  readonly ttl?: number | undefined;
  readonly before: KvRecord | undefined;
};

interface Stored {
  readonly record: KvRecord;
  readonly acked: number;
  readonly total: number;
}

/** Runs requests of clients. Rejects with `quorum` when too few nodes answer, with `cas_failed`, `clock_skew` or what the disks say. */
export class Coordinator {
  readonly #ports: Ports;
  readonly #clock: HybridClock;
  readonly #tag: Uint8Array;
  readonly #standpoint: Standpoint;
  readonly #count: Parts['count'];
  readonly #askers: Parts['askers'];
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor({ ports, clock, standpoint, count, askers }: Parts) {
    this.#standpoint = standpoint;
    this.#count = count;
    this.#ports = ports;
    this.#clock = clock;
    this.#askers = askers;
    this.#tag = nodeTag(ports.self);
  }

  run(wish: Wish): Promise<Outcome> {
    switch (wish.op) {
      case 'get':
        return this.#get(wish.key, wish.copies);
      case 'put':
        return this.#put(wish);
      case 'delete':
        return this.#delete(wish);
      case 'restore':
        return this.#restore(wish);
    }
  }

  /** What this node by itself has of a key, if that counts, and is known without the disk. */
  known(key: string): Outcome | undefined {
    const known = this.#standpoint.isWholeFor(key) ? this.#ports.records.known(key) : undefined;
    return known && this.#got(key, readAt(this.#ports.clock.wall(), key, known), 1);
  }

  async #get(key: string, copies: Wanted): Promise<Outcome> {
    const held = await this.#ports.records.read(key);
    const own = whole(held);
    if (copies === 1 && held !== 'damaged' && this.#standpoint.isWholeFor(key)) return this.#found(key, own, 1);
    const reading = this.#gathering(key, { type: 'read', key, have: own?.version });
    const end = await reading.run((now) => isReadFrom(now, copies));
    if (end === 'over') throw tooFew(reading, copies);
    const newest = newestOf(reading, own);
    if (newest !== undefined) {
      const repaired = this.#repair(key, newest, behind(reading, newest));
      if (copies === 'all') await repaired;
    }
    return this.#found(key, newest, holdersIn(reading));
  }

  #found(key: string, record: KvRecord | undefined, acked: number): Outcome {
    return this.#got(key, isLive(record, this.#ports.clock.wall()) ? entryOf(key, record) : undefined, acked);
  }

  #got(key: string, entry: KvEntry | undefined, acked: number): Outcome {
    return { op: 'get', entry, acked, total: ownersOf(key, this.#standpoint.present).length };
  }

  async #restore({ key, record, copies }: Extract<Wish, { op: 'restore' }>): Promise<Outcome> {
    if (this.#clock.isTooFarAhead(record.version.stamp)) throw ofTheFuture(key);
    const writing = this.#gathering(key, { type: 'write', key, record });
    const isOutdone = () => supersededBy(writing) !== undefined;
    await writing.run((now) => isWrittenTo(now, copies) || isOutdone());
    if (isWrittenTo(writing, copies)) return { op: 'restore', came: 'stored' };
    if (isOutdone()) return { op: 'restore', came: 'superseded' };
    throw notWritten(writing, copies);
  }

  async #put({ key, value, options, copies }: Extract<Wish, { op: 'put' }>): Promise<Outcome> {
    const { ttl, cas } = options;
    const draftAfter = (before: KvRecord | undefined): Draft => ({ kind: 'value', value, ttl, before });
    const { record, acked, total } =
      cas === undefined
        ? await this.#store(key, draftAfter(this.#recalled(key) ?? (await this.#own(key))), copies)
        : await this.#exclusively(key, () => this.#exchange(key, draftAfter(undefined), cas));
    return { op: 'put', written: writtenOf(key, record), acked, total };
  }

  async #delete({ key, cas, copies }: Extract<Wish, { op: 'delete' }>): Promise<Outcome> {
    const draft = { kind: 'tombstone', value: new Uint8Array() } as const;
    if (cas !== undefined) {
      const { record } = await this.#exclusively(key, () => this.#exchange(key, draft, cas));
      return { op: 'delete', deleted: { key, version: versionText(record.version), existed: cas !== '0' } };
    }
    const own = await this.#own(key);
    const reading = this.#gathering(key, { type: 'read', key, have: own?.version });
    await reading.run((now) => now.isComplete);
    if (!isReadFrom(reading, 'majority')) throw tooFew(reading, 'majority');
    const before = newestOf(reading, own);
    const existed = isLive(before, this.#ports.clock.wall());
    // Whoever did not answer may have it, and would bring it back.
    if (isNeverSeen(reading)) return { op: 'delete', deleted: { key, version: null, existed } };
    const { record } = await this.#store(key, { ...draft, before }, copies);
    return { op: 'delete', deleted: { key, version: versionText(record.version), existed } };
  }

  /** The record of a key on this node, if it is known without the disk that there is one. */
  #recalled(key: string): KvRecord | undefined {
    return this.#ports.records.known(key)?.record;
  }

  async #own(key: string): Promise<KvRecord | undefined> {
    return whole(await this.#ports.records.read(key));
  }

  /** A write that meets a newer version was late only by its clock: it is stamped again, behind that version. */
  async #store(key: string, draft: Draft, copies: Wanted): Promise<Stored> {
    let over = draft.before?.version.stamp ?? 0n;
    for (let round = 0; round < ROUNDS; round += 1) {
      const stamp = this.#clock.issueAtOnce(over) ?? (await this.#issue(over, round));
      const record = this.#record(draft, stamp);
      const writing = this.#gathering(key, { type: 'write', key, record });
      const isOutdone = () => supersededBy(writing) !== undefined;
      await writing.run((now) => isWrittenTo(now, copies) || isOutdone());
      if (isWrittenTo(writing, copies)) return stored(record, writing);
      const newer = supersededBy(writing);
      if (newer === undefined) throw notWritten(writing, copies);
      over = this.#after(newer);
    }
    throw new OpsbroError('quorum', `"${key}": newer versions came again and again`, {
      details: { indeterminate: true },
    });
  }

  /** A stamp that the disk must know of first. From the second try on it may have been written. */
  async #issue(over: bigint, round: number): Promise<bigint> {
    try {
      return await this.#clock.issue(over);
    } catch (error) {
      throw round === 0 ? error : halfway(error);
    }
  }

  /** Two rounds: a majority promises to take nothing older and says what it holds; then it takes the new record. */
  async #exchange(key: string, draft: Omit<Draft, 'before'>, cas: string): Promise<Stored> {
    let over = 0n;
    for (let round = 0; round < ROUNDS; round += 1) {
      const version: Version = { stamp: await this.#clock.issue(over), tag: this.#tag };
      const asking = this.#gathering(key, { type: 'prepare', key, version });
      const isPromised = () => isWrittenTo(asking, 'majority') && isReadFrom(asking, 'majority');
      await asking.run(() => isPromised() || supersededBy(asking) !== undefined);
      const newer = supersededBy(asking);
      if (isPromised()) return await this.#accept(key, { ...draft, before: newestOf(asking, undefined) }, version, cas);
      if (newer === undefined) throw tooFew(asking, 'majority');
      over = this.#after(newer);
    }
    throw new OpsbroError('quorum', `"${key}": others compare and set it at the same time; try again`);
  }

  async #accept(key: string, draft: Draft, version: Version, cas: string): Promise<Stored> {
    const { before } = draft;
    const current = isLive(before, this.#ports.clock.wall()) ? versionText(before.version) : null;
    if (cas !== (current ?? '0')) throw casFailed(key, current);
    const record = this.#record(draft, version.stamp);
    const writing = this.#gathering(key, { type: 'accept', key, record, expected: before?.version });
    await writing.run((now) => isWrittenTo(now, 'majority'));
    if (!isWrittenTo(writing, 'majority')) throw notWritten(writing, 'majority');
    return stored(record, writing);
  }

  /** Those who compare and set the same key here wait for each other: together they would all fail. */
  async #exclusively<Done>(key: string, task: () => Promise<Done>): Promise<Done> {
    const before = this.#queues.get(key) ?? Promise.resolve();
    const done = before.then(task);
    const settled = done.catch(() => {});
    this.#queues.set(key, settled);
    try {
      return await done;
    } finally {
      if (this.#queues.get(key) === settled) this.#queues.delete(key);
    }
  }

  #record({ before, ttl, kind, value }: Draft, stamp: bigint): KvRecord {
    const isContinued = kind === 'value' && isLive(before, this.#ports.clock.wall());
    return new PackedRecord({
      version: { stamp, tag: this.#tag },
      created: isContinued ? before.created : stamp,
      expires: ttl === undefined ? 0 : msOf(stamp) + ttl * 1_000,
      kind,
      value,
    });
  }

  #after({ stamp }: Version): bigint {
    this.#clock.hear(stamp);
    return stamp;
  }

  async #repair(key: string, record: KvRecord, nodes: readonly string[]): Promise<void> {
    if (nodes.length === 0) return;
    this.#count('read_repairs', nodes.length);
    const askers = this.#askers();
    const question: Question = { type: 'merge', records: [{ key, record }] };
    await Promise.all(nodes.map((node) => new Promise((heard) => askers.ask(node, question, [], heard))));
  }

  #gathering(key: string, question: Question): Gathering {
    return new Gathering(this.#askers(), key, question);
  }
}

function stored(record: KvRecord, writing: Gathering): Stored {
  let acked = 0;
  for (const { type } of writing.answers.values()) if (type === 'done') acked += 1;
  return { record, acked, total: writing.benches[0]?.owners.length ?? 0 };
}

const whole = (held: Held): KvRecord | undefined => (held === 'damaged' ? undefined : held);
