/** Makes two nodes hold the same of what they share. */
import { forgetting } from '../rules.ts';
import { compareVersions, type Version } from '../version.ts';
import type { Meetings } from './meetings.ts';
import { differing, Tree } from './merkle.ts';
import type { Answer, Keyed, Pair, Question } from './messages.ts';
import type { Oblivion } from './oblivion.ts';
import type { Pace } from './pace.ts';
import type { PairPage, Records, RingNews } from './ports.ts';
import { isInLeaves, isShared } from './ranges.ts';
import type { Standpoint } from './standpoint.ts';
import { ownersOf, type View } from './view.ts';

const MOST_RECORDS = 500;
const MOST_BYTES = 1_048_576;

interface Parts {
  readonly self: string;
  readonly records: Records;
  readonly standpoint: Standpoint;
  readonly meetings: Meetings;
  readonly oblivion: Oblivion;
  readonly pace: Pace;
  /** Asks another node. */
  ask(node: string, question: Question, views: readonly string[]): Promise<Answer>;
  /** Keeps records here that another node holds, unless newer ones are held. */
  take(records: readonly Keyed[], from: string): Promise<void>;
  /** The time as far as known; `undefined` while nobody knows it. */
  wall(): Promise<number | undefined>;
  tell(news: RingNews): void;
  /** Counts what was done, by name. */
  count(name: string, by: number): void;
}

/** How many records came here, and how many did not, as they were deleted and forgotten here. */
interface Came {
  readonly came: number;
  readonly forgotten: number;
}

const NOTHING_CAME: Came = { came: 0, forgotten: 0 };

/** A refusal, or an answer to something else than was asked. */
export class ExchangeError extends Error {}

/** Compares what this node holds with what others hold, and moves what one of them lacks. */
export class Exchange {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Resolves when this node holds everything that `peer` held of what belongs here, and the other way round. Rejects when the two do not go
   * by the same ring, or one of them did not answer. Says how many records came here.
   */
  async withPeer(peer: string): Promise<number> {
    const { standpoint, records, self, meetings, oblivion, wall } = this.#parts;
    const begun = await wall();
    const view = standpoint.present;
    if (begun !== undefined) meetings.begin(peer, begun);
    else if (oblivion.gapTo(peer) !== undefined) throw new ExchangeError('nobody knows what time it is');
    const trees = await records.trees(view);
    const shared = [...trees].filter(([range]) => isShared(range, self, peer));
    const roots = new Map(shared.map(([range, tree]) => [range, tree.root()] as const));
    const { leaves } = await this.#expect(peer, 'differs', { type: 'compare', roots }, view);
    this.#checkPresent(view);
    const wanted = await this.#differing(leaves, view);
    const { came, forgotten } = wanted.size === 0 ? NOTHING_CAME : await this.#walk(peer, wanted, view);
    this.#checkPresent(view);
    // Taken for equal, it would be asked for them the next time.
    if (forgotten > 0) throw new ExchangeError(`${peer} has yet to drop ${forgotten} keys that were deleted`);
    if (begun !== undefined) meetings.end(peer, view.members);
    this.#parts.count('comparisons', 1);
    return came;
  }

  /** Trees of a ring that is no more are not to be counted, and what was compared by it says nothing. */
  #checkPresent(view: View): void {
    if (this.#parts.standpoint.present !== view) throw new ExchangeError('the ring changed meanwhile');
  }

  /** What was written meanwhile is in the trees of both. */
  async #differing(
    theirs: ReadonlyMap<string, BigUint64Array>,
    view: View,
  ): Promise<ReadonlyMap<string, readonly number[]>> {
    if (theirs.size === 0) return new Map();
    const ours = await this.#parts.records.trees(view);
    return new Map(
      [...theirs].map(([range, leaves]) => [range, differing((ours.get(range) ?? new Tree()).leaves, leaves)]),
    );
  }

  /** Brings a node what it missed of these keys, as far as it is held here. */
  async bring(peer: string, keys: readonly string[]): Promise<void> {
    const { records, standpoint } = this.#parts;
    for (let at = 0; at < keys.length; at += MOST_RECORDS) {
      const some = keys.slice(at, at + MOST_RECORDS);
      const held = await Promise.all(some.map((key) => records.read(key)));
      const pairs = some.flatMap((key, place): readonly Pair[] => {
        const record = held[place];
        return record === undefined || record === 'damaged' ? [] : [{ key, version: record.version }];
      });
      if (pairs.length < some.length) throw new ExchangeError('not everything that was missed is held here');
      const { places } = await this.#expect(peer, 'wanted', { type: 'offer', pairs }, standpoint.present);
      await this.#push(
        peer,
        places.flatMap((place) => pairs[place]?.key ?? []),
      );
    }
  }

  /**
   * Hands what does not belong here to those who keep it, and drops it when all of them have it. Resolves with whether nothing is left that
   * belongs elsewhere.
   */
  async release(): Promise<boolean> {
    const { standpoint, records, self } = this.#parts;
    const view = standpoint.present;
    const isForeign = (key: string) => !ownersOf(key, view).includes(self);
    let after: string | undefined;
    do {
      const page: PairPage = await records.pairs(isForeign, after);
      if (standpoint.present !== view) return false;
      await this.#handOver(page.pairs, view);
      after = page.next;
    } while (after !== undefined);
    return true;
  }

  async #handOver(pairs: readonly Pair[], view: View): Promise<void> {
    const byOwner = new Map<string, Pair[]>();
    for (const pair of pairs) {
      for (const owner of ownersOf(pair.key, view)) byOwner.set(owner, [...(byOwner.get(owner) ?? []), pair]);
    }
    for (const [owner, owned] of byOwner) {
      const { places } = await this.#expect(owner, 'wanted', { type: 'offer', pairs: owned }, view);
      const lacking = places.flatMap((place) => owned[place] ?? []);
      const forgotten = new Set(await this.#dropForgotten(owner, lacking, view));
      await this.#push(
        owner,
        lacking.flatMap(({ key }) => (forgotten.has(key) ? [] : [key])),
      );
    }
    const { records } = this.#parts;
    await Promise.all(pairs.map(({ key, version }) => records.ask(key, forgetting(key, version))));
  }

  async #walk(peer: string, wanted: ReadonlyMap<string, readonly number[]>, view: View): Promise<Came> {
    const isWanted = isInLeaves(wanted, view);
    let { came, forgotten } = NOTHING_CAME;
    let after: string | undefined;
    do {
      const question: Question = { type: 'list', leaves: wanted, after };
      const { pairs, next }: PairPage = await this.#expect(peer, 'pairs', question, view);
      const own = await this.#ownBetween(isWanted, after, next);
      const theirs = new Map(pairs.map(({ key, version }) => [key, version] as const));
      const step = await this.#level(peer, own, theirs, view);
      came += step.came;
      forgotten += step.forgotten;
      after = next;
    } while (after !== undefined);
    return { came, forgotten };
  }

  async #level(
    peer: string,
    own: ReadonlyMap<string, Version>,
    theirs: ReadonlyMap<string, Version>,
    view: View,
  ): Promise<Came> {
    const belongs = (key: string, node: string) => ownersOf(key, view).includes(node);
    const { self } = this.#parts;
    const wanted = newerOf(theirs, own).filter((key) => belongs(key, self));
    const pull = wanted.filter((key) => own.has(key) || !this.#isForgottenHere(peer, key, theirs.get(key)));
    const push = newerOf(own, theirs).filter((key) => belongs(key, peer));
    await this.#pull(peer, pull, view);
    const lacking = push.filter((key) => !theirs.has(key)).flatMap((key) => pairsOf(key, own.get(key)));
    const forgotten = new Set(await this.#dropForgotten(peer, lacking, view));
    await this.#push(
      peer,
      push.filter((key) => !forgotten.has(key)),
    );
    return { came: pull.length, forgotten: wanted.length - pull.length };
  }

  /** After a long time without each other: what both held once, and this node, which holds everything, has no more. */
  #isForgottenHere(peer: string, key: string, version: Version | undefined): boolean {
    const { oblivion, standpoint } = this.#parts;
    if (version === undefined || oblivion.gapTo(peer) === undefined) return false;
    return standpoint.isWholeFor(key) && oblivion.wasShared(peer, key, version);
  }

  /** After a long time without each other: drops what both held once and the other one has forgotten since. */
  async #dropForgotten(peer: string, pairs: readonly Pair[], view: View): Promise<readonly string[]> {
    const { oblivion, records, tell } = this.#parts;
    const gapMs = oblivion.gapTo(peer);
    if (gapMs === undefined) return [];
    const old = pairs.filter(({ key, version }) => oblivion.wasShared(peer, key, version));
    if (old.length === 0) return [];
    const { places } = await this.#expect(peer, 'wanted', { type: 'gone', keys: old.map(({ key }) => key) }, view);
    const gone = places.flatMap((place) => old[place] ?? []);
    await Promise.all(gone.map(({ key, version }) => records.ask(key, forgetting(key, version))));
    if (gone.length > 0) tell({ type: 'forgotten', node: peer, gapMs, keys: gone.length });
    return gone.map(({ key }) => key);
  }

  async #ownBetween(
    isWanted: (key: string) => boolean,
    behind: string | undefined,
    until: string | undefined,
  ): Promise<ReadonlyMap<string, Version>> {
    const found = new Map<string, Version>();
    let after = behind;
    do {
      const page: PairPage = await this.#parts.records.pairs(isWanted, after);
      for (const { key, version } of page.pairs) {
        if (until !== undefined && isBehind(key, until)) return found;
        found.set(key, version);
      }
      after = page.next;
    } while (after !== undefined);
    return found;
  }

  async #pull(peer: string, keys: readonly string[], view: View): Promise<void> {
    let missing = keys;
    while (missing.length > 0) {
      const some = missing.slice(0, MOST_RECORDS);
      const { records } = await this.#expect(peer, 'records', { type: 'fetch', keys: some }, view);
      if (records.length > 0) await this.#parts.take(records, peer);
      this.#parts.count('records_fetched', records.length);
      await this.#parts.pace.moved(bytesOf(records));
      const got = new Set(records.map(({ key }) => key));
      const last = records.at(-1)?.key;
      // What comes before the last one that came, and did not, is not there any more.
      const done = last === undefined ? some.length : some.lastIndexOf(last) + 1;
      missing = [...some.slice(done), ...missing.slice(MOST_RECORDS)].filter((key) => !got.has(key));
    }
  }

  async #push(peer: string, keys: readonly string[]): Promise<void> {
    let records: Keyed[] = [];
    let bytes = 0;
    for (const key of keys) {
      const record = await this.#parts.records.read(key);
      if (record === undefined || record === 'damaged') continue;
      records.push({ key, record });
      bytes += key.length + record.value.length;
      if (records.length < MOST_RECORDS && bytes < MOST_BYTES) continue;
      await this.#hand(peer, records);
      records = [];
      bytes = 0;
    }
    if (records.length > 0) await this.#hand(peer, records);
  }

  async #hand(node: string, records: readonly Keyed[]): Promise<void> {
    await this.#expect(node, 'done', { type: 'merge', records }, this.#parts.standpoint.present);
    this.#parts.count('records_sent', records.length);
    await this.#parts.pace.moved(bytesOf(records));
  }

  async #expect<Type extends Answer['type']>(node: string, type: Type, question: Question, view: View) {
    const answer = await this.#parts.ask(node, question, [view.id]);
    if (answer.type === type) return answer as Extract<Answer, { type: Type }>;
    const why = answer.type === 'refused' ? answer.refusal.type : answer.type;
    throw new ExchangeError(`${node} answered ${question.type} with ${why}`);
  }
}

/** The keys of which the first has something newer, or at all. */
function newerOf(one: ReadonlyMap<string, Version>, other: ReadonlyMap<string, Version>): readonly string[] {
  const found: string[] = [];
  for (const [key, version] of one) {
    const against = other.get(key);
    if (against === undefined || compareVersions(version, against) > 0) found.push(key);
  }
  return found;
}

const pairsOf = (key: string, version: Version | undefined): readonly Pair[] =>
  version === undefined ? [] : [{ key, version }];

const bytesOf = (records: readonly Keyed[]): number =>
  records.reduce((sum, { key, record }) => sum + key.length + record.value.length, 0);

const isBehind = (key: string, other: string): boolean => Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;
