import type { Endpoint } from '../../net/address.ts';
import type { Desk } from '../core/desk.ts';
import { PART_NAMES, type PartName } from '../core/effect.ts';
import { isOurs, type Node } from '../core/node.ts';
import type { Roster } from '../core/roster.ts';
import type { Self } from '../core/self.ts';
import { OWN_KINDS } from '../wire/messages.ts';
import type { ForeignNews } from '../zones/foreign-news.ts';
import type { Told } from '../zones/relay-pool.ts';
import {
  type Delta,
  type Full,
  packDelta,
  packFull,
  packSupplement,
  packWants,
  readDelta,
  readFull,
  readSupplement,
  readWants,
  type Supplement,
} from './bodies.ts';
import type { BulkNews } from './bulk-news.ts';
import type { Courier } from './courier.ts';
import { readBase } from './entries.ts';
import { Fetcher } from './fetcher.ts';
import type { Library } from './library.ts';
import { changed, isTooLarge, versionsOf } from './part.ts';
import { Reconciler, type RecordDigests } from './reconciler.ts';
import { Rivals } from './rivals.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly bulk: BulkNews;
  readonly courier: Courier;
  readonly library: Library;
  readonly foreign: ForeignNews;
  readonly selfId: string;
  /** Someone knows a newer version of a part of our own record. */
  readonly surpass: (part: PartName, version: number) => void;
  /** A member speaks of one that we do not know: exchanges everything with it. */
  readonly refresh: (teller: Endpoint) => void;
}

/** The answer to a push/pull carries parts up to about so many bytes; what is left is fetched from its owner. */
const SUPPLEMENT_LIMIT = 2_097_152;
const MAX_WANTS = 64;
/** Lists of versions that are answered in a second, whoever sends them. */
const MAX_LISTS = 10;
/** Whoever speaks of members that we do not know is asked about all members at most once in so long. */
const REFRESH_MS = 10_000;

/** Brings what nodes say of themselves from node to node: changes by gossip, whole parts on demand and with each push/pull. */
export class Carrier {
  readonly #parts: Parts;
  /** The name of the member with each node id. */
  readonly #names = new Map<string, string>();
  readonly #fetcher: Fetcher;
  readonly #rivals: Rivals;
  /** What probed members say of all records they hold. */
  readonly digests: RecordDigests;
  #lists = { since: Number.NEGATIVE_INFINITY, count: 0 };
  #nextRefresh = Number.NEGATIVE_INFINITY;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { courier, desk, foreign, library, roster, self, selfId } = parts;
    // Nobody owns the record of a node of another zone, any member may have it.
    const owner = (id: string) => this.#names.get(id) ?? (foreign.has(id) ? '' : undefined);
    this.#fetcher = new Fetcher({ desk, roster, library, courier, owner, selfName: self.name });
    this.#rivals = new Rivals({
      desk,
      selfName: self.name,
      started: () => readBase(library.get(selfId).base.entries).started,
      ask: (node) => courier.post(node, OWN_KINDS.want, packWants([{ id: selfId, part: 'base', version: 0 }])),
    });
    const exchange = (node: Node) => this.compare(node);
    this.digests = new Reconciler({ desk, library, digest: () => foreign.wholeDigest, exchange });
    library.count(selfId);
    courier.handle(OWN_KINDS.delta, (body, from) => this.#delta(readDelta(body), from));
    courier.handle(OWN_KINDS.full, (body, from) => this.#fullFrom(readFull(body), from));
    courier.handle(OWN_KINDS.want, (body, from) => this.#serve(body, from));
    courier.handle(OWN_KINDS.versions, (body, from) => this.#exchange(body, from));
  }

  /** Tells the pool of a change of our own record; false when it is too long for gossip. */
  publish(delta: Delta): boolean {
    return this.#spread(delta);
  }

  /** The name of the member with that id. */
  nameOf(id: string): string | undefined {
    return this.#names.get(id);
  }

  /** Tells a member over a stream which versions we hold, so that each gets what the other has newer. */
  compare(node: Node): void {
    this.#parts.courier.post(node, OWN_KINDS.versions, this.request());
  }

  /** Takes in what another zone told of its nodes, and tells the pool. */
  learnFrom({ fulls = [], deltas = [] }: Told): void {
    for (const full of fulls) if (this.#full(full, undefined)) this.#spreadFull(full);
    for (const delta of deltas) this.#delta(delta, undefined);
  }

  /** A member came or changed its tags, from what was known `before`: do we know all that it says of itself? */
  noticed(node: Node, before?: Node): void {
    const { foreign, library, selfId } = this.#parts;
    const id = node.tags.get('id');
    if (before && before.tags.get('id') !== id) this.forgotten(before);
    if (id === undefined || !isOurs(node)) return;
    if (id === selfId) {
      this.#rivals.suspect(node);
      return;
    }
    this.#names.set(id, node.name);
    foreign.joined(id);
    library.count(id);
    this.#fetcher.compare(id, { sum: Number.parseInt(node.tags.get('sv') ?? '', 10) || 0 });
  }

  /** A member died or left: what it said is kept, but others may forget it before we do. */
  departed({ name, tags }: Node): void {
    const id = tags.get('id');
    if (id !== undefined && this.#names.get(id) === name) this.#parts.library.uncount(id);
    this.#rivals.gone(name);
  }

  /** A member is forgotten, or is another node now, and with it goes what it said. */
  forgotten({ name, tags }: Node): void {
    const { courier, foreign, library } = this.#parts;
    const id = tags.get('id');
    courier.forget(name);
    this.#rivals.gone(name);
    if (id === undefined || this.#names.get(id) !== name) return;
    this.#names.delete(id);
    this.#fetcher.forget(id);
    if (!foreign.has(id)) library.forget(id);
  }

  /** What our request of a push/pull says of the versions that we have, and of what we have `heard`. */
  request(heard?: Uint8Array): Uint8Array {
    const versions = new Map<string, readonly number[]>();
    for (const [id, record] of this.#parts.library.records) {
      versions.set(id, versionsOf(record));
    }
    return packSupplement({ versions, foreignDigest: this.#parts.foreign.digest, ...(heard && { heard }) });
  }

  /** What a requester added to its push/pull; nothing when it is no node of ours, or when that cannot be read. */
  read(supplement: Uint8Array | undefined): Supplement | undefined {
    return supplement && this.#parts.courier.guard(() => readSupplement(supplement));
  }

  /** What our answer adds for a requester: the parts that are newer here. Nothing for one that sent no versions. */
  answer(asked: Supplement | undefined): Uint8Array | undefined {
    return asked?.versions && packSupplement(this.#newsFor(asked, asked.versions));
  }

  /** Learns from what the other side of a push/pull added. */
  learn(supplement: Supplement): void {
    this.#parts.courier.guard(() => this.#learn(supplement));
  }

  #newsFor({ foreignDigest }: Supplement, versions: ReadonlyMap<string, readonly number[]>): Supplement {
    const foreign = this.#parts.foreign.answer(foreignDigest, SUPPLEMENT_LIMIT);
    return { foreign, fulls: this.#upTo(SUPPLEMENT_LIMIT, versions) };
  }

  /** Who is in other zones comes first: only of those who are known records are taken. Answers with how much of it was news. */
  #learn({ versions, fulls = [], foreign = [] }: Supplement, from?: Node): number {
    let news = this.#parts.foreign.learn(foreign).length;
    for (const full of fulls) if (this.#full(full, from)) news += 1;
    for (const [id, known] of versions ?? []) this.#learnVersions(id, known, from);
    return news;
  }

  #learnVersions(id: string, versions: readonly number[], from: Node | undefined): void {
    if (id !== this.#parts.selfId) {
      if (!this.#names.has(id) && !this.#parts.foreign.has(id)) this.#missed(from);
      this.#fetcher.compare(id, { versions }, from?.name);
      return;
    }
    for (const [place, part] of PART_NAMES.entries()) this.#surpass(part, versions[place] ?? 0);
  }

  /** While another wears our id, what is out there may be its own. */
  #surpass(part: PartName, version: number): void {
    if (!this.#rivals.isAny) this.#parts.surpass(part, version);
  }

  /** A member found that we differ and said what it has; it gets what is newer here, over a stream as well. */
  #exchange(body: Uint8Array, from: Node): void {
    const { bulk, courier, desk } = this.#parts;
    const supplement = readSupplement(body);
    if (supplement.versions && !this.#mayAnswer()) {
      desk.count('dropped_too_many_lists');
      return;
    }
    bulk.learned(this.#learn(supplement, from));
    if (!supplement.versions) return;
    const news = this.#newsFor(supplement, supplement.versions);
    const isNothing = news.fulls?.length === 0 && news.foreign?.length === 0;
    if (!isNothing) courier.post(from, OWN_KINDS.versions, packSupplement(news));
  }

  #mayAnswer(): boolean {
    const { now } = this.#parts.desk;
    if (now - this.#lists.since >= 1_000) this.#lists = { since: now, count: 0 };
    this.#lists.count += 1;
    return this.#lists.count <= MAX_LISTS;
  }

  #upTo(limit: number, versions: ReadonlyMap<string, readonly number[]>): Full[] {
    const fulls: Full[] = [];
    let room = limit;
    for (const full of this.#newerThan(versions)) {
      room -= packFull(full).length;
      if (room < 0) break;
      fulls.push(full);
    }
    return fulls;
  }

  *#newerThan(versions: ReadonlyMap<string, readonly number[]>): Generator<Full> {
    for (const [id, record] of this.#parts.library.records) {
      const known = versions.get(id);
      for (const [place, part] of PART_NAMES.entries()) {
        const { version, entries } = record[part];
        if (version > (known?.[place] ?? 0)) yield { id, part, version, entries };
      }
    }
  }

  #delta(delta: Delta, from: Node | undefined): void {
    const { id, part, to } = delta;
    const { desk, library } = this.#parts;
    if (!this.#isWelcome(id, part, to)) return;
    const have = library.get(id)[part];
    if (to <= have.version) return;
    if (delta.from !== have.version) {
      const versions = PART_NAMES.map((name) => (name === part ? to : 0));
      this.#fetcher.compare(id, { versions }, from?.name);
      return;
    }
    if (isTooLarge(changed(have.entries, delta))) {
      desk.count('dropped_record_too_large');
      return;
    }
    library.apply({ id, part }, to, delta);
    if (this.#names.has(id)) this.#spread(delta);
    else this.#parts.bulk.spread(() => this.#spread(delta));
  }

  /** Of its own zone a node's record is fetched by each member from its owner; one of another zone is told on. */
  #fullFrom(full: Full, from: Node): void {
    if (this.#full(full, from) && !this.#names.has(full.id)) this.#spreadFull(full);
  }

  /** True when it was news. */
  #full({ id, part, version, entries }: Full, from: Node | undefined): boolean {
    const { desk, foreign, library, selfId } = this.#parts;
    if (id === selfId && part === 'base' && from?.tags.get('id') === id) this.#rivals.answered(from, entries);
    if (id !== selfId && !this.#names.has(id) && !foreign.has(id)) this.#missed(from);
    if (!this.#isWelcome(id, part, version) || version <= library.get(id)[part].version) return false;
    if (isTooLarge(entries)) {
      desk.count('dropped_record_too_large');
      return false;
    }
    library.replace({ id, part }, version, entries);
    return true;
  }

  /** The word of its arrival may have missed us: that is rare, but else only the next push/pull, minutes later in a big pool, would tell. */
  #missed(teller: Node | undefined): void {
    const { desk, refresh } = this.#parts;
    if (!teller || desk.now < this.#nextRefresh) return;
    this.#nextRefresh = desk.now + REFRESH_MS;
    desk.count('members_missed');
    refresh(teller);
  }

  /** Only what is said of members and of nodes of other zones that we see is kept, and nobody tells us what we are. */
  #isWelcome(id: string, part: PartName, version: number): boolean {
    const { desk, foreign, selfId } = this.#parts;
    if (id === selfId) this.#surpass(part, version);
    else if (this.#names.has(id) || foreign.has(id)) return true;
    else desk.count('dropped_record_stranger');
    return false;
  }

  #serve(body: Uint8Array, asker: Node): void {
    const { courier, library } = this.#parts;
    for (const { id, part, version } of readWants(body).slice(0, MAX_WANTS)) {
      const have = library.get(id)[part];
      if (have.version <= version) continue;
      courier.send(asker, OWN_KINDS.full, packFull({ id, part, version: have.version, entries: have.entries }));
    }
  }

  /** What is too long for gossip is told as a change from nothing that is known, upon which it is fetched. */
  #spreadFull(full: Full): void {
    const { id, part, version } = full;
    const { bulk, courier } = this.#parts;
    bulk.spread(() => {
      const isTold = courier.spread(`${id} ${part} ${version}`, OWN_KINDS.full, packFull(full));
      if (!isTold) this.#spread({ id, part, from: version, to: version, set: new Map(), del: [] });
    });
  }

  #spread(delta: Delta): boolean {
    return this.#parts.courier.spread(`${delta.id} ${delta.part} ${delta.to}`, OWN_KINDS.delta, packDelta(delta));
  }
}
