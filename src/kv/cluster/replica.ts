/** Answers what other nodes ask of the records of this one. */
import { failedWith } from '../../base/errors.ts';
import { type Stamp, stampAt } from '../hlc.ts';
import type { Outcome } from '../ledger.ts';
import { type Held, type Merged, merging, type Rule } from '../rules.ts';
import { compareVersions, type Version } from '../version.ts';
import type { HybridClock } from './hybrid-clock.ts';
import type { Keeper } from './keeper.ts';
import type { Meetings } from './meetings.ts';
import { EMPTY_ROOT, Tree } from './merkle.ts';
import type { Answer, Envelope, Holding, Keyed, Pair, Refusal, ReplicaQuestion } from './messages.ts';
import type { Ports } from './ports.ts';
import type { Promises } from './promises.ts';
import { isInLeaves, isShared } from './ranges.ts';
import type { Standpoint } from './standpoint.ts';
import { ownersOf } from './view.ts';

const MOST_FETCHED_BYTES = 1_048_576;
/** Who writes for a client need not have been able to keep it. */
const NOBODY = '';
/** Who had died was asked for a while still; what happened then is better told twice. */
const STARTING_MS = 10_000;
const FAILURES = ['disk_full', 'quota', 'store_failed'] as const;

interface Parts {
  readonly ports: Ports;
  readonly clock: HybridClock;
  readonly standpoint: Standpoint;
  readonly promises: Promises;
  readonly meetings: Meetings;
  readonly keeper: Keeper;
  /** Told when something came to be held that does not belong here. */
  onStray(): void;
}

type Accept = Extract<ReplicaQuestion, { type: 'accept' }>;

/** Thrown by a rule to refuse. */
class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.type);
    this.refusal = refusal;
  }
}

/** The records of this node, as other nodes see them. */
export class Replica {
  readonly #ports: Ports;
  readonly #clock: HybridClock;
  readonly #standpoint: Standpoint;
  readonly #promises: Promises;
  readonly #meetings: Meetings;
  readonly #keeper: Keeper;
  readonly #onStray: () => void;
  /** Its others saw, and told, what happened before. */
  readonly #begunAt: Stamp;

  constructor({ ports, clock, standpoint, promises, meetings, keeper, onStray }: Parts) {
    this.#meetings = meetings;
    this.#keeper = keeper;
    this.#onStray = onStray;
    this.#ports = ports;
    this.#clock = clock;
    this.#standpoint = standpoint;
    this.#promises = promises;
    this.#begunAt = stampAt(Math.max(0, ports.clock.wall() - STARTING_MS));
  }

  /** Answers a question of `from`; what is acknowledged is on stable storage. */
  async answer(from: string, question: ReplicaQuestion, views: Envelope['views']): Promise<Answer> {
    try {
      return await this.#answer(from, question, views);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      return refused(refusal);
    }
  }

  async #answer(from: string, question: ReplicaQuestion, views: Envelope['views']): Promise<Answer> {
    switch (question.type) {
      case 'write': {
        const refusal = (await this.#write([question], views)).get(0);
        return refusal === undefined ? DONE : refused(refusal);
      }
      case 'writes':
        return keptOf(question.records, await this.#write(question.records, views));
      case 'read':
        this.#checkViews(views);
        return { type: 'holding', holding: this.#holding(question.key, await this.#read(question.key), question.have) };
      case 'prepare':
        return await this.#prepare(question.key, question.version, views);
      case 'accept':
        return await this.#accept(question, views);
      case 'merge':
        // Who repairs what another one read need not hold it himself.
        await this.take(question.records, NOBODY);
        return { type: 'done' };
      case 'offer':
        return { type: 'wanted', places: await this.#wanted(question.pairs) };
      case 'compare':
        this.#checkPresent(views);
        return { type: 'differs', leaves: await this.#differing(from, question.roots) };
      case 'list':
        this.#checkPresent(views);
        return await this.#list(question.leaves, question.after);
      case 'fetch':
        return { type: 'records', records: await this.#fetch(question.keys) };
      case 'gone':
        return { type: 'wanted', places: await this.#gone(question.keys) };
      case 'scan':
        return { type: 'scanned', ...(await this.#ports.records.scan(question.scope, question.after)) };
      case 'ask':
        return { type: 'done' };
    }
  }

  /** What is refused of these, by place. */
  async #write(records: readonly Keyed[], views: Envelope['views']): Promise<ReadonlyMap<number, Refusal>> {
    const outcomes = await this.#keep(records, NOBODY, (keyed) => this.#writing(keyed, views));
    const refused = new Map<number, Refusal>();
    for (const [place, outcome] of outcomes.entries()) {
      const refusal = refusalIn(outcome);
      if (refusal !== undefined) refused.set(place, refusal);
    }
    return refused;
  }

  /** The view is looked at when the record is written, not before: what is acknowledged after this node moved on satisfies the new view. */
  #writing({ key, record }: Keyed, views: Envelope['views']): Rule<Merged> {
    const merge = merging(key, record);
    return (held, moment) => {
      this.#checkViews(views);
      const floor = this.#promises.floor(key);
      if (floor !== undefined && compareVersions(record.version, floor) < 0) {
        return { answer: { superseded: floor } };
      }
      return merge(held, moment);
    };
  }

  async #prepare(key: string, version: Version, views: Envelope['views']): Promise<Answer> {
    if (this.#promises.isTooEarly) return refused({ type: 'initializing' });
    if (this.#clock.isTooFarAhead(version.stamp)) return refused({ type: 'clock_skew' });
    // Asked as a rule, so that whatever is being written at the moment is seen.
    const held = await this.#ports.records.ask<Held>(key, (found) => {
      this.#checkViews(views);
      const made = this.#promises.make(key, version);
      if (made !== 'made') throw new Refused({ type: 'superseded', version: made });
      return { answer: found };
    });
    const newer = versionOf(held);
    if (newer !== undefined && compareVersions(newer, version) > 0)
      return refused({ type: 'superseded', version: newer });
    return { type: 'holding', holding: this.#holding(key, held, undefined) };
  }

  async #accept(question: Accept, views: Envelope['views']): Promise<Answer> {
    if (this.#promises.isTooEarly) return refused({ type: 'initializing' });
    const { key, record, expected } = question;
    const [outcome] = await this.#keep([{ key, record }], NOBODY, () => (held, moment) => {
      this.#checkViews(views);
      const floor = this.#promises.floor(key);
      const isOutdone = floor !== undefined && compareVersions(floor, record.version) > 0;
      if (isOutdone || isNews(versionOf(held), expected, record.version)) throw new Refused({ type: 'conflict' });
      return merging(key, record)(held, moment);
    });
    if (outcome && 'refusal' in outcome) throw outcome.refusal;
    return DONE;
  }

  /** Keeps records that another node holds: newer ones that are held here already are as good. Rejects when one cannot be kept. */
  async take(records: readonly Keyed[], from: string): Promise<void> {
    const outcomes = await this.#keep(records, from, (keyed) => this.#catchingUp(keyed));
    for (const outcome of outcomes) if ('refusal' in outcome) throw outcome.refusal;
  }

  /** What was written while this node did not run, or kept elsewhere, is taken, but is not told as if it had just happened. */
  #catchingUp({ key, record }: Keyed): Rule<Merged> {
    const rule = merging(key, record);
    return (held, moment) => {
      const decision = rule(held, moment);
      const isNow = record.version.stamp >= this.#begunAt && this.#standpoint.isAtHome(key);
      if (decision.change === undefined || isNow) return decision;
      return { ...decision, change: { ...decision.change, isLate: true } };
    };
  }

  /** Keeps records of other nodes, each as its rule says, and tells how each of them ended. */
  async #keep(
    records: readonly Keyed[],
    from: string,
    ruleOf: (keyed: Keyed) => Rule<Merged>,
  ): Promise<readonly Outcome<Merged>[]> {
    const isAccepted = records.map(({ record }) => this.#clock.accepts(record.version.stamp));
    const accepted = records.filter((_, place) => isAccepted[place]);
    const isNewToOthers = accepted.filter(({ record }) => this.#meetings.receive(record.version, from)).length > 0;
    // That the others did not hold them earlier is on disk before the records are.
    if (isNewToOthers || this.#keeper.isBusy) await this.#keeper.keep();
    const asks = accepted.map((keyed) => ({ key: keyed.key, rule: ruleOf(keyed), bytes: roomFor(keyed) }));
    const asked = asks.length > 0 ? await this.#ports.records.askAll(asks) : [];
    const isStray = (outcome: Outcome<Merged>, place: number) =>
      'answer' in outcome && !this.#isOurs(asks[place]?.key ?? '');
    if (asked.some(isStray)) this.#onStray();
    const outcomes = asked.values();
    return isAccepted.map((is) => (is ? outcomes.next().value : undefined) ?? SKEWED);
  }

  #isOurs(key: string): boolean {
    return ownersOf(key, this.#standpoint.present).includes(this.#ports.self);
  }

  async #wanted(pairs: readonly Pair[]): Promise<readonly number[]> {
    const held = await Promise.all(pairs.map(({ key }) => this.#read(key)));
    return pairs.flatMap(({ version }, place) => {
      const own = versionOf(held[place]);
      return own === undefined || compareVersions(own, version) < 0 ? [place] : [];
    });
  }

  async #differing(from: string, roots: ReadonlyMap<string, bigint>): Promise<ReadonlyMap<string, BigUint64Array>> {
    const trees = await this.#ports.records.trees(this.#standpoint.present);
    const leaves = new Map<string, BigUint64Array>();
    for (const range of new Set([...roots.keys(), ...trees.keys()])) {
      if (!isShared(range, from, this.#ports.self)) continue;
      const tree = trees.get(range) ?? new Tree();
      if (tree.root() !== (roots.get(range) ?? EMPTY_ROOT)) leaves.set(range, tree.leaves);
    }
    return leaves;
  }

  async #list(leaves: ReadonlyMap<string, readonly number[]>, after: string | undefined): Promise<Answer> {
    const { pairs, next } = await this.#ports.records.pairs(isInLeaves(leaves, this.#standpoint.present), after);
    return { type: 'pairs', pairs, next };
  }

  /** Places of keys that are not held here, and would be if they were there. */
  async #gone(keys: readonly string[]): Promise<readonly number[]> {
    const held = await Promise.all(keys.map((key) => this.#read(key)));
    return keys.flatMap((key, place) => {
      const isGone = held[place] === undefined && this.#standpoint.isWholeFor(key);
      return isGone ? [place] : [];
    });
  }

  /** As many as fit into an answer; who asked asks for the rest again. */
  async #fetch(keys: readonly string[]): Promise<readonly Keyed[]> {
    const records: Keyed[] = [];
    let bytes = 0;
    for (const key of keys) {
      const record = await this.#read(key);
      if (record === undefined || record === 'damaged') continue;
      bytes += key.length + record.value.length;
      if (records.length > 0 && bytes > MOST_FETCHED_BYTES) break;
      records.push({ key, record });
    }
    return records;
  }

  #read(key: string): Promise<Held> {
    return this.#ports.records.read(key);
  }

  #holding(key: string, held: Held, have: Version | undefined): Holding {
    const trust = held !== 'damaged' && this.#standpoint.isWholeFor(key) ? 'whole' : 'filling';
    const version = versionOf(held);
    const isKnown = have !== undefined && version !== undefined && compareVersions(version, have) <= 0;
    return { version, record: held === 'damaged' || isKnown ? undefined : held, trust };
  }

  #checkViews(views: Envelope['views']): void {
    if (this.#standpoint.isCovered(views)) return;
    throw new Refused({ type: 'view', views: this.#standpoint.duties().map(({ view }) => view.members) });
  }

  #checkPresent([present]: Envelope['views']): void {
    const { id, members } = this.#standpoint.present;
    if (present !== id) throw new Refused({ type: 'view', views: [members] });
  }
}

/** Whether a replica came to hold something that the one who compares did not see, which so is not what he expects. */
function isNews(held: Version | undefined, expected: Version | undefined, written: Version): boolean {
  if (held === undefined || compareVersions(held, written) === 0) return false;
  return expected === undefined || compareVersions(held, expected) > 0;
}

const versionOf = (held: Held): Version | undefined =>
  held === undefined || held === 'damaged' ? undefined : held.version;

const DONE: Answer = { type: 'done' };
const SKEWED = { refusal: new Refused({ type: 'clock_skew' }) };

/** What is said of several records: one refusal where all of them go by another ring, as each would name all of its members. */
function keptOf(records: readonly Keyed[], refusals: ReadonlyMap<number, Refusal>): Answer {
  const [first] = refusals.values();
  if (first?.type === 'view' && refusals.size === records.length) return refused(first);
  return { type: 'kept', refused: refusals };
}

const roomFor = ({ key, record: { kind, value } }: Keyed): number => (kind === 'value' ? key.length + value.length : 0);

/** Why a record was not kept. Throws what is no refusal. */
function refusalIn(outcome: Outcome<Merged>): Refusal | undefined {
  if ('answer' in outcome) {
    const { answer } = outcome;
    return answer === 'applied' ? undefined : { type: 'superseded', version: answer.superseded };
  }
  const refusal = refusalOf(outcome.refusal);
  if (refusal === undefined) throw outcome.refusal;
  return refusal;
}

const refused = (refusal: Refusal): Answer => ({ type: 'refused', refusal });

function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refused) return error.refusal;
  const type = FAILURES.find((code) => failedWith(error, code));
  return type && { type };
}
