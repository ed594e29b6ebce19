import type { Desk } from '../core/desk.ts';
import { PART_NAMES, type PartName } from '../core/effect.ts';
import { isLive, isOurs, type Node } from '../core/node.ts';
import type { Roster } from '../core/roster.ts';
import type { Self } from '../core/self.ts';
import type { Spreader } from '../core/spreader.ts';
import { OWN_KINDS, type OwnMessage } from '../wire/messages.ts';
import { encode } from '../wire/packet.ts';
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
} from './bodies.ts';
import type { Library } from './library.ts';
import { isTooLarge } from './part.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly spreader: Spreader;
  readonly library: Library;
  readonly selfId: string;
  /** 8 bytes that tell this run from all others. */
  readonly boot: Uint8Array;
  /** Someone knows a newer version of a part of our own record. */
  readonly surpass: (part: PartName, version: number) => void;
}

/** A message up to this size travels in a datagram, a longer one over a stream. */
const DATAGRAM_LIMIT = 1_100;
/** The answer to a push/pull carries parts up to about so many bytes; what is left is fetched from its owner. */
const SUPPLEMENT_LIMIT = 1_048_576;
const MAX_WANTS = 64;
/** A missing part is asked for after a random part of this: the news may just be out of order, and not all should ask at once. */
const WANT_DELAY = 100;
const WANT_RETRY = 1_000;
const WANT_TRIES = 3;

/** Brings what nodes say of themselves from node to node: changes by gossip, whole parts on demand and with each push/pull. */
export class Carrier {
  readonly #parts: Parts;
  /** The name of the member with each node id. */
  readonly #names = new Map<string, string>();
  /** Records that are known to be behind: the version sum that is out there, and how often it was asked for. */
  readonly #behind = new Map<string, { readonly sum: number; readonly tries: number }>();
  #counter = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Tells the pool of a change of our own record; false when it is too long for gossip. */
  publish(delta: Delta): boolean {
    return this.#spread(delta);
  }

  /** A member came or changed its tags, from what was known `before`: do we know all that it says of itself? */
  noticed(node: Node, before?: Node): void {
    const id = node.tags.get('id');
    if (before && before.tags.get('id') !== id) this.forgotten(before);
    if (id === undefined || !isOurs(node) || id === this.#parts.selfId) return;
    this.#names.set(id, node.name);
    this.#compare(id, Number.parseInt(node.tags.get('sv') ?? '', 10));
  }

  /** A member is forgotten, or is another node now, and with it goes what it said. */
  forgotten({ name, tags }: Node): void {
    const id = tags.get('id');
    if (id === undefined || this.#names.get(id) !== name) return;
    this.#names.delete(id);
    this.#behind.delete(id);
    this.#parts.library.forget(id);
  }

  /** One of our own messages arrived. */
  receive(message: OwnMessage): void {
    const node = this.#parts.roster.get(message.sender);
    if (!node || !isOurs(node)) {
      this.#parts.desk.count('dropped_own_stranger');
      return;
    }
    this.#guard(() => this.#handle(message, node));
  }

  #handle({ ownKind, body }: OwnMessage, node: Node): void {
    if (ownKind === OWN_KINDS.delta) this.#delta(readDelta(body));
    else if (ownKind === OWN_KINDS.full) this.#full(readFull(body));
    else if (ownKind === OWN_KINDS.want) this.#serve(body, node);
    else this.#parts.desk.count('dropped_own_kind');
  }

  /** What our request of a push/pull says of the versions that we have. */
  request(): Uint8Array {
    const versions = new Map<string, readonly number[]>();
    for (const [id, record] of this.#parts.library.records) {
      versions.set(
        id,
        PART_NAMES.map((part) => record[part].version),
      );
    }
    return packSupplement({ versions, fulls: [] });
  }

  /** What our answer adds for a requester: the parts that are newer here. Nothing for one that sent no versions. */
  answer(request: Uint8Array | undefined): Uint8Array | undefined {
    const versions = request && this.#guard(() => readSupplement(request))?.versions;
    if (!versions) return undefined;
    const fulls: Full[] = [];
    let room = SUPPLEMENT_LIMIT;
    for (const full of this.#newerThan(versions)) {
      room -= packFull(full).length;
      if (room < 0) break;
      fulls.push(full);
    }
    return packSupplement({ versions: undefined, fulls });
  }

  /** Learns from what the other side of a push/pull added. */
  learn(supplement: Uint8Array): void {
    this.#guard(() => {
      const { versions, fulls } = readSupplement(supplement);
      for (const full of fulls) this.#full(full);
      for (const [id, known] of versions ?? []) this.#learnVersions(id, known);
    });
  }

  /** Runs a reader of foreign bytes; what cannot be read is counted and has no effect. */
  #guard<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch {
      this.#parts.desk.count('dropped_own_malformed');
      return undefined;
    }
  }

  #learnVersions(id: string, known: readonly number[]): void {
    if (id !== this.#parts.selfId) {
      this.#compare(
        id,
        known.reduce((sum, version) => sum + version, 0),
      );
      return;
    }
    for (const [place, part] of PART_NAMES.entries()) this.#parts.surpass(part, known[place] ?? 0);
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

  #delta(delta: Delta): void {
    const { id, part, from, to } = delta;
    const { desk, library } = this.#parts;
    if (!this.#isWelcome(id, part, to)) return;
    const have = library.get(id)[part].version;
    if (to <= have) return;
    if (from !== have) {
      this.#compare(id, library.sum(id) - have + to);
      return;
    }
    if (isTooLarge(library.get(id)[part].entries, delta.set)) {
      desk.count('dropped_record_too_large');
      return;
    }
    library.apply({ id, part }, to, delta);
    this.#spread(delta);
  }

  #full({ id, part, version, entries }: Full): void {
    const { desk, library } = this.#parts;
    if (!this.#isWelcome(id, part, version) || version <= library.get(id)[part].version) return;
    if (isTooLarge(entries)) {
      desk.count('dropped_record_too_large');
      return;
    }
    library.replace({ id, part }, version, entries);
  }

  /** Only what members of the pool say is kept, and nobody tells us what we are. */
  #isWelcome(id: string, part: PartName, version: number): boolean {
    const { desk, selfId, surpass } = this.#parts;
    if (id === selfId) surpass(part, version);
    else if (this.#names.has(id)) return true;
    else desk.count('dropped_record_stranger');
    return false;
  }

  #serve(body: Uint8Array, asker: Node): void {
    for (const { id, part, version } of readWants(body).slice(0, MAX_WANTS)) {
      const have = this.#parts.library.get(id)[part];
      if (have.version <= version) continue;
      this.#sendTo(asker, OWN_KINDS.full, packFull({ id, part, version: have.version, entries: have.entries }));
    }
  }

  /** Asks the owner of a record when somewhere there is more of it than here. */
  #compare(id: string, sum: number): void {
    if (!(sum > this.#parts.library.sum(id)) || !this.#names.has(id)) return;
    const known = this.#behind.get(id);
    if (known) {
      if (sum > known.sum) this.#behind.set(id, { sum, tries: known.tries });
      return;
    }
    this.#behind.set(id, { sum, tries: 0 });
    this.#fetchLater(id, this.#parts.desk.random() * WANT_DELAY);
  }

  #fetchLater(id: string, ms: number): void {
    this.#parts.desk.later(ms, () => {
      const behind = this.#behind.get(id);
      if (!behind) return;
      const { library, roster } = this.#parts;
      const owner = roster.get(this.#names.get(id) ?? '');
      const isDone = library.sum(id) >= behind.sum || behind.tries === WANT_TRIES;
      if (isDone || !owner || !isLive(owner)) return void this.#behind.delete(id);
      this.#behind.set(id, { sum: behind.sum, tries: behind.tries + 1 });
      const record = library.get(id);
      const wants = PART_NAMES.map((part) => ({ id, part, version: record[part].version }));
      this.#sendTo(owner, OWN_KINDS.want, packWants(wants));
      this.#fetchLater(id, WANT_RETRY);
    });
  }

  #spread(delta: Delta): boolean {
    const message = this.#message(OWN_KINDS.delta, packDelta(delta));
    if (encode(message).length > DATAGRAM_LIMIT) return false;
    this.#parts.spreader.tell('own', `${delta.id} ${delta.part} ${delta.to}`, message);
    return true;
  }

  #sendTo(node: Node, ownKind: number, body: Uint8Array): void {
    const message = this.#message(ownKind, body);
    if (encode(message).length <= DATAGRAM_LIMIT) this.#parts.spreader.sendTo(node, [message]);
    else this.#parts.desk.do({ type: 'post', to: { address: node.address, port: node.port }, message });
  }

  #message(ownKind: number, body: Uint8Array): OwnMessage {
    this.#counter += 1;
    const { boot, self } = this.#parts;
    return { kind: 'own', boot, counter: this.#counter, ownKind, body, sender: self.name, version: 1 };
  }
}
