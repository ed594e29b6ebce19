import { Recent } from '../base/recent.ts';
import type { KvEntry } from '../model/kv.ts';
import { entryOf } from './pages.ts';
import { isLive, type KvRecord, movedTo } from './record.ts';

const MOST_RECORDS = 4_096;
const MOST_BYTES = 2_097_152;
/** Longer ones are read from the disk each time. */
const LONGEST = 4_096;
/** Memory that a slice may hold beyond its own length. */
const MOST_SLACK = 64;
/** Bytes of memory that short records share, and how long those are at most. */
const PIECE = 2_048;
const LONGEST_SHARED = 256;

/** What bytes that are known say; nothing when there are none. */
export interface Read {
  record?: KvRecord | undefined;
  /** The same as people and programs see it. */
  entry?: KvEntry;
}

/** What is to be read of it under a key at the wall time `now`. */
export function readAt(now: number, key: string, read: Read): KvEntry | undefined {
  const { record } = read;
  if (!isLive(record, now)) return undefined;
  read.entry ??= entryOf(key, record);
  return read.entry;
}

/** What is known to be stored under a key; `undefined`: nothing. What it says is made out once, for who reads it first. */
export interface Known extends Read {
  readonly stored?: Uint8Array | undefined;
}

/**
 * The stored bytes of the keys that were written or read last, so that they need not be looked up again before they are overwritten. What is
 * in here is on the disk.
 */
export class RecordCache {
  readonly #known = new Recent<string, Known>({
    entries: MOST_RECORDS,
    weight: MOST_BYTES,
    weigh: (key, { stored }) => bytesOf(key, stored),
  });
  readonly #memory = new OwnMemory();
  #writes = 0;

  /** A number that differs as soon as anything was written. */
  get moment(): number {
    return this.#writes;
  }

  /** What is stored under a key, as far as known. */
  get(key: string): Known | undefined {
    return this.#known.get(key);
  }

  /** That was read, begun at that moment: it counts unless something was written since. */
  learn(key: string, stored: Uint8Array | undefined, moment: number): void {
    if (moment === this.#writes) this.#keep(key, stored);
  }

  /** These are stored now. */
  wrote(records: Iterable<readonly [string, Known]>): void {
    this.#writes += 1;
    for (const [key, { stored, record }] of records) this.#keep(key, stored, record);
  }

  /** Nothing is known any more. */
  clear(): void {
    this.#writes += 1;
    this.#known.clear();
  }

  #keep(key: string, stored: Uint8Array | undefined, record?: KvRecord): void {
    if (bytesOf(key, stored) > LONGEST) this.#known.delete(key);
    else this.#known.set(key, stored === undefined ? {} : this.#held(stored, record));
  }

  #held(stored: Uint8Array, record: KvRecord | undefined): Known {
    const own = this.#memory.hold(stored);
    return { stored: own, record: record && movedTo(own, record) };
  }
}

/** Small buffers are slices of a pool of Node's or of what came from a peer, and one slice holds all of it in memory. So they move, many into one piece. */
class OwnMemory {
  #piece = Buffer.alloc(0);
  #used = 0;

  /** The same bytes, in memory that is about as long as they are, or that they share with others that came just before. */
  hold(bytes: Uint8Array): Uint8Array {
    if (bytes.buffer.byteLength <= bytes.length + MOST_SLACK) return bytes;
    const own = bytes.length > LONGEST_SHARED ? Buffer.allocUnsafeSlow(bytes.length) : this.#room(bytes.length);
    own.set(bytes);
    return own;
  }

  #room(length: number): Buffer {
    if (this.#used + length > this.#piece.length) {
      this.#piece = Buffer.allocUnsafeSlow(PIECE);
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += length;
    return this.#piece.subarray(from, this.#used);
  }
}

const bytesOf = (key: string, stored: Uint8Array | undefined): number => key.length + (stored?.length ?? 0);
