import type { RecordDigests } from '../records/reconciler.ts';
import { encodeDigest, type PoolDigest } from '../wire/digest.ts';
import type { Events } from './events.ts';

interface Parts {
  readonly events: Events;
  /** What members say of all records they hold; asked for when it is needed. */
  readonly digests: () => RecordDigests;
}

/** What so many members said last is kept: in a pool of that size it is what all of them said. */
const MAX_KEPT = 64;

/**
 * Who has heard what we have heard, as far as the acks of probes tell: an exchange with one of them need not repeat it. The digests of
 * a member that has gone stay until others push them out; they agree with nothing for long.
 */
export class Agreement {
  readonly #parts: Parts;
  readonly #said = new Map<string, Uint8Array>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What we have heard, in 25 bytes. */
  get own(): Uint8Array {
    const { events, digests } = this.#parts;
    return encodeDigest({ records: digests().own, eventTime: events.time, events: events.digest });
  }

  /** A member said in an ack what it has heard. */
  heard(name: string, digest: PoolDigest): void {
    this.#said.delete(name);
    this.#said.set(name, encodeDigest(digest));
    const [oldest] = this.#said.keys();
    if (this.#said.size > MAX_KEPT && oldest !== undefined) this.#said.delete(oldest);
  }

  /** Whether what that member said last is what we have heard by now. */
  isWith(name: string): boolean {
    return this.isOwn(this.#said.get(name));
  }

  /** Whether these bytes say what we have heard. */
  isOwn(digest: Uint8Array | undefined): boolean {
    return digest !== undefined && Buffer.compare(digest, this.own) === 0;
  }
}
