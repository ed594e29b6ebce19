import type { KvEntry } from '../model/kv.ts';
import { isLive, type KvRecord } from './record.ts';

const MOST_RECORDS = 2_048;
const MOST_BYTES = 1_048_576;
/** Longer ones are read from the disk each time. */
const LONGEST = 4_096;
/** Memory that a slice may hold beyond its own length. */
const MOST_SLACK = 64;

/** What bytes that are known say; nothing when there are none. */
export interface Read {
  record?: KvRecord | undefined;
  /** The same as people and programs see it. */
  entry?: KvEntry;
}

/** What is to be read of it at the wall time `now`. */
export const readAt = (now: number, { record, entry }: Read): KvEntry | undefined =>
  isLive(record, now) ? entry : undefined;

/** What is known to be stored under a key; `undefined`: nothing. What it says is made out once, for who reads it first. */
export interface Known extends Read {
  readonly stored: Uint8Array | undefined;
}

/**
 * The stored bytes of the keys that were written or read last, so that they need not be looked up again before they are overwritten. What is
 * in here is on the disk.
 */
export class RecordCache {
  readonly #known = new Map<string, Known>();
  #bytes = 0;
  #writes = 0;

  /** A number that differs as soon as anything was written. */
  get moment(): number {
    return this.#writes;
  }

  /** What is stored under a key, as far as known. */
  get(key: string): Known | undefined {
    const known = this.#known.get(key);
    if (known === undefined) return undefined;
    // The order of a map is that of insertion: the first is the one that was not wanted for longest.
    this.#known.delete(key);
    this.#known.set(key, known);
    return known;
  }

  /** That was read, begun at that moment: it counts unless something was written since. */
  learn(key: string, stored: Uint8Array | undefined, moment: number): void {
    if (moment === this.#writes) this.#keep(key, stored);
  }

  /** These are stored now. */
  wrote(records: Iterable<readonly [string, Known]>): void {
    this.#writes += 1;
    for (const [key, { stored }] of records) this.#keep(key, stored);
  }

  /** Nothing is known any more. */
  clear(): void {
    this.#writes += 1;
    this.#known.clear();
    this.#bytes = 0;
  }

  #keep(key: string, stored: Uint8Array | undefined): void {
    this.#drop(key);
    const bytes = bytesOf(key, stored);
    if (bytes > LONGEST) return;
    this.#known.set(key, { stored: stored && ownMemory(stored) });
    this.#bytes += bytes;
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST_RECORDS && this.#bytes <= MOST_BYTES) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    this.#known.delete(key);
    this.#bytes -= bytesOf(key, known.stored);
  }
}

/** Small buffers are slices of a pool of Node's or of what came from a peer, and one slice holds all of it in memory. */
const ownMemory = (bytes: Uint8Array): Uint8Array =>
  bytes.buffer.byteLength > bytes.length + MOST_SLACK ? new Uint8Array(bytes) : bytes;

const bytesOf = (key: string, stored: Uint8Array | undefined): number => key.length + (stored?.length ?? 0);
