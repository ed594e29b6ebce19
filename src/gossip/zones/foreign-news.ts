import type { Desk } from '../core/desk.ts';
import type { BulkNews } from '../records/bulk-news.ts';
import type { Courier } from '../records/courier.ts';
import type { Library } from '../records/library.ts';
import { OWN_KINDS } from '../wire/messages.ts';
import { type ForeignNode, packNodes, readNodes } from './foreign-node.ts';
import { Foreigners, type Visibility } from './foreigners.ts';

interface Parts {
  readonly desk: Desk;
  readonly bulk: BulkNews;
  readonly courier: Courier;
  readonly library: Library;
  readonly isVisible: Visibility;
  /** Whether a living member of our own pool wears that id: of it nobody else knows better. */
  readonly isMember: (id: string) => boolean;
}

const REAP_CHECK_MS = 60_000;
/** A node takes about so many bytes where all are told. */
const NODE_BYTES = 160;
/** So many are told in one message where many are news at once; more would not fit into a datagram. */
const TOGETHER = 6;

/** Brings who is in other zones from member to member of ours: what is new by gossip, the rest with what members exchange. */
export class ForeignNews {
  readonly #parts: Parts;
  readonly #foreigners: Foreigners;
  #digest: { readonly records: Uint8Array; readonly nodes: Uint8Array; readonly both: Uint8Array } | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#foreigners = new Foreigners(parts.desk, parts.isVisible);
    parts.courier.handle(OWN_KINDS.foreign, (body) => this.spread(readNodes(body)));
  }

  start(): void {
    const { desk } = this.#parts;
    desk.every(
      () => REAP_CHECK_MS,
      () => this.#reap(),
    );
  }

  get nodes(): ReadonlyMap<string, ForeignNode> {
    return this.#foreigners.nodes;
  }

  has(id: string): boolean {
    return this.#foreigners.nodes.has(id);
  }

  /** 8 bytes over who is in other zones. */
  get digest(): Uint8Array {
    return this.#foreigners.digest;
  }

  /** 8 bytes over all records and who is in other zones: the same on members that know the same. */
  get wholeDigest(): Uint8Array {
    const { digest: records } = this.#parts.library;
    const { digest: nodes } = this.#foreigners;
    if (this.#digest?.records !== records || this.#digest.nodes !== nodes) {
      const both = records.map((byte, place) => byte ^ (nodes[place] ?? 0));
      this.#digest = { records, nodes, both };
    }
    return this.#digest.both;
  }

  /** Takes in what was told to us first, and tells the pool what of it is news. */
  spread(told: readonly ForeignNode[]): void {
    const news = this.learn(told);
    for (let at = 0; at < news.length; at += TOGETHER) {
      this.#parts.bulk.spread(() => this.#tellTogether(news.slice(at, at + TOGETHER)));
    }
  }

  /** Takes in what members tell each other anyway; answers with what was news. */
  learn(told: readonly ForeignNode[]): ForeignNode[] {
    const { isMember, library } = this.#parts;
    const news = this.#foreigners.learn(told.filter(({ id }) => !isMember(id)));
    for (const { id, state } of news) {
      if (!this.has(id)) library.forget(id);
      else if (state === 'alive' || state === 'suspect') library.count(id);
      else library.uncount(id);
    }
    return news;
  }

  /** What a member lacks that has another digest: everybody, or where that is too long, as many as fit, each time others. */
  answer(theirs: Uint8Array | undefined, limit: number): readonly ForeignNode[] {
    const { nodes, digest } = this.#foreigners;
    if (!theirs || nodes.size === 0 || Buffer.compare(theirs, digest) === 0) return [];
    const all = [...nodes.values()];
    const count = Math.floor(limit / NODE_BYTES);
    if (all.length <= count) return all;
    const first = this.#parts.desk.pick(all.length);
    return [...all.slice(first), ...all.slice(0, first)].slice(0, count);
  }

  /** The zones hang together otherwise now: whom this node may not see any more is forgotten. */
  review(): void {
    const { library, isMember } = this.#parts;
    for (const { id } of this.#foreigners.review()) if (!isMember(id)) library.forget(id);
  }

  /** A node of another zone is a member of our pool now. */
  joined(id: string): void {
    this.#foreigners.forget(id);
  }

  /** Long names may leave no room for all of them. */
  #tellTogether(nodes: readonly ForeignNode[]): void {
    if (!this.#tell(nodes)) for (const node of nodes) this.#tell([node]);
  }

  #tell(nodes: readonly ForeignNode[]): boolean {
    const key = `foreign ${nodes.map(({ id }) => id).join(' ')}`;
    return this.#parts.courier.spread(key, OWN_KINDS.foreign, packNodes(nodes));
  }

  #reap(): void {
    const { desk, library, isMember } = this.#parts;
    const { reapDead: dead, reapLeft: left } = desk.profile;
    for (const { id } of this.#foreigners.reap({ dead, left })) if (!isMember(id)) library.forget(id);
  }
}
