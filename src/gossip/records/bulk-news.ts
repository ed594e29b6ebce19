import type { Appointment } from '../core/agenda.ts';
import type { Desk } from '../core/desk.ts';
import type { Node } from '../core/node.ts';
import { OWN_KINDS } from '../wire/messages.ts';
import { pack } from '../wire/pack.ts';
import { unpack } from '../wire/unpack.ts';
import type { Courier } from './courier.ts';

interface Parts {
  readonly desk: Desk;
  readonly courier: Courier;
  /** 8 bytes over everything that we hold. */
  readonly digest: () => Uint8Array;
  /** Tells a member over a stream which versions we hold, so that each gets what the other has newer. */
  readonly exchange: (node: Node) => void;
}

/** Where so many messages wait to be told, another one waits for seconds. */
const CROWD = 256;
/** Who learned so much at once over a stream has something that others may lack as well. */
const MUCH = 64;
const ANNOUNCE_MS = 500;
/** A list of versions takes about 50 bytes a record, and goes out no more often than this. */
const PAUSE_MS = 2_000;
const DIGEST_BYTES = 8;

/**
 * What is too much for gossip, as when a zone with thousands of members is linked: instead of it the pool is told that there is much, and
 * who lacks it compares versions with the one who said so, over a stream, and says so in turn.
 */
export class BulkNews {
  readonly #parts: Parts;
  #announcement: Appointment | undefined;
  /** Who said last that there is much, and the digest of what it held. */
  #source: { readonly node: Node; readonly digest: Uint8Array } | undefined;
  #fetch: Appointment | undefined;
  #next = Number.NEGATIVE_INFINITY;
  /** What we held when we compared last. */
  #before: Uint8Array | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.courier.handle(OWN_KINDS.bulk, (body, from) => this.#hear(readDigest(body), from));
  }

  /** Runs `spread` unless gossip has so much to tell that this would wait for long: then only that there is much is told. */
  spread(spread: () => void): void {
    if (this.#parts.courier.waiting < CROWD) {
      spread();
      return;
    }
    this.#parts.desk.count('bulk_left_out');
    this.#announce();
  }

  /** So many pieces of news came over a stream. */
  learned(count: number): void {
    if (count >= MUCH) this.#announce();
  }

  #announce(): void {
    const { courier, desk, digest } = this.#parts;
    this.#announcement ??= desk.later(ANNOUNCE_MS, () => {
      this.#announcement = undefined;
      courier.spread('bulk', OWN_KINDS.bulk, pack(digest()));
    });
  }

  #hear(digest: Uint8Array, node: Node): void {
    if (this.#isOurs(digest)) return;
    this.#source = { node, digest };
    this.#before = undefined;
    this.#fetchLater();
  }

  /** Not all at once: who speaks of it answers only so many. */
  #fetchLater(): void {
    const { desk } = this.#parts;
    const pause = Math.max(0, this.#next - desk.now) + desk.random() * ANNOUNCE_MS;
    this.#fetch ??= desk.later(pause, () => {
      this.#fetch = undefined;
      this.#compare();
    });
  }

  /** Compares again and again, as one answer may not hold everything, until one brings nothing. */
  #compare(): void {
    const { desk, digest, exchange } = this.#parts;
    const own = digest();
    const isFruitless = this.#before !== undefined && Buffer.compare(this.#before, own) === 0;
    if (!this.#source || isFruitless || this.#isOurs(this.#source.digest)) {
      this.#source = undefined;
      return;
    }
    this.#before = own;
    this.#next = desk.now + PAUSE_MS;
    desk.count('bulk_exchanges');
    exchange(this.#source.node);
    this.#fetchLater();
  }

  #isOurs(digest: Uint8Array): boolean {
    return Buffer.compare(digest, this.#parts.digest()) === 0;
  }
}

function readDigest(body: Uint8Array): Uint8Array {
  const { value } = unpack(body);
  if (value instanceof Uint8Array && value.length === DIGEST_BYTES) return value;
  throw new Error('a digest has 8 bytes');
}
