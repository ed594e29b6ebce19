import type { Prepared } from './prepared.ts';

/** Something kept beside an answer, such as a counter of how often it was given. */
interface Kept<Note> {
  readonly prepared: Prepared;
  readonly note: Note;
  /** The names it was made from. */
  readonly keys: readonly string[];
}

/** How much is kept. */
export interface CacheBounds {
  readonly entries: number;
  readonly bytes: number;
}

const HEADER = 12;
const OPT_SIZE = 11;
/** Of a question whose name has one letter. */
const SHORTEST = HEADER + 7;
const LONGEST_NAME = 128;
const LONGEST = HEADER + LONGEST_NAME + 4 + OPT_SIZE;
/** What an entry takes beside its bytes, about. */
const OVERHEAD = 500;
/** Questions that are remembered without their answers: so many rows, each with so many places. The shift of a hash leaves a row. */
const REMEMBERED = { rows: 1 << 12, places: 4, shift: 20 } as const;
/** Of the hash FNV-1a with 32 bits. */
const HASH = { start: 0x811c9dc5, factor: 0x01000193 } as const;

/**
 * Finished answers by the bytes of the question, the letters of the name in lower case. Entries lie in two halves: what is used moves to or
 * stays in the young one; when that is full it becomes the old one, and what was not used all that time is gone.
 */
export class AnswerCache<Note> {
  readonly #half: CacheBounds;
  /** By name, the questions whose answers were made from it. */
  readonly #users = new Map<string, Set<string>>();
  readonly #scratch = Buffer.alloc(LONGEST);
  /** Hashes of questions, each in the row that its first bits say, the newest first. */
  readonly #asked = new Uint32Array(REMEMBERED.rows * REMEMBERED.places);
  #young = new Map<string, Kept<Note>>();
  #old = new Map<string, Kept<Note>>();
  #bytes = 0;

  constructor({ entries, bytes }: CacheBounds) {
    this.#half = { entries: Math.floor(entries / 2), bytes: Math.floor(bytes / 2) };
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** The answer to the query at these bytes, if there is one. */
  find(packet: Buffer, start: number, end: number): Kept<Note> | undefined {
    const length = end - start;
    // A response and an opcode are never found: both stand in the part of the flags that is looked at here.
    if (length < SHORTEST || length > LONGEST || ((packet[start + 2] ?? 0) & 0xf8) !== 0) return undefined;
    const found = this.#young.get(packet.toString('latin1', start + 4, end));
    return found ?? this.#findSlowly(packet, start, end);
  }

  /** Keeps the answer to a query that was asked before, unless the query is not as plain as those that are looked for. */
  keep(packet: Buffer, start: number, end: number, kept: Kept<Note>): void {
    if (end - start > LONGEST || kept.prepared.held > this.#half.bytes / 8) return;
    const question = this.#lowered(packet, start, end);
    if (question === undefined || !this.#isAskedAgain(end - start)) return;
    this.#put(question, kept);
    for (const key of kept.keys) {
      const users = this.#users.get(key) ?? new Set();
      this.#users.set(key, users.add(question));
    }
  }

  /** Forgets the answers that were made from these names. */
  drop(keys: Iterable<string>): void {
    for (const key of keys) {
      for (const question of this.#users.get(key) ?? []) this.#forget(question);
    }
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#users.clear();
    this.#bytes = 0;
  }

  #findSlowly(packet: Buffer, start: number, end: number): Kept<Note> | undefined {
    const question = this.#lowered(packet, start, end);
    if (question === undefined) return undefined;
    const young = this.#young.get(question);
    if (young) return young;
    const old = this.#old.get(question);
    if (!old) return undefined;
    this.#old.delete(question);
    this.#put(question, old);
    return old;
  }

  #put(question: string, kept: Kept<Note>): void {
    this.#young.set(question, kept);
    this.#bytes += kept.prepared.held + OVERHEAD;
    if (this.#young.size < this.#half.entries && this.#bytes < this.#half.bytes) return;
    const gone = this.#old;
    this.#old = this.#young;
    this.#young = new Map();
    this.#bytes = 0;
    for (const [key, entry] of gone) this.#release(key, entry);
  }

  #forget(question: string): void {
    const young = this.#young.get(question);
    const entry = young ?? this.#old.get(question);
    if (!entry) return;
    if (young) this.#bytes -= young.prepared.held + OVERHEAD;
    this.#young.delete(question);
    this.#old.delete(question);
    this.#release(question, entry);
  }

  #release(question: string, { keys }: Kept<Note>): void {
    for (const key of keys) {
      const users = this.#users.get(key);
      users?.delete(question);
      if (users?.size === 0) this.#users.delete(key);
    }
  }

  /** Whether the question that was made lower case last was asked before, as far as that is remembered. */
  #isAskedAgain(length: number): boolean {
    let hash: number = HASH.start;
    for (let at = 4; at < length; at++) hash = Math.imul(hash ^ (this.#scratch[at] ?? 0), HASH.factor);
    hash = Math.imul(hash ^ (hash >>> 15), HASH.factor) >>> 0;
    // The first bits: the last ones depend on few of the letters.
    const row = (hash >>> REMEMBERED.shift) * REMEMBERED.places;
    for (let at = row; at < row + REMEMBERED.places; at++) if (this.#asked[at] === hash) return true;
    this.#asked.copyWithin(row + 1, row, row + REMEMBERED.places - 1);
    this.#asked[row] = hash;
    return false;
  }

  /** The bytes behind number and flags with the name in lower case, when there is one question and at most an OPT record without options. */
  #lowered(packet: Buffer, start: number, end: number): string | undefined {
    const scratch = this.#scratch;
    const length = packet.copy(scratch, 0, start, end);
    const at = lowerName(scratch, length);
    if (at === undefined) return undefined;
    const behind = length - at - 5;
    const isPlain = behind === 0 || (behind === OPT_SIZE && scratch[length - 1] === 0 && scratch[length - 2] === 0);
    return isPlain && at - HEADER <= LONGEST_NAME ? scratch.toString('latin1', 4, length) : undefined;
  }
}

/** Makes the name of a question lower case, and gives where its last byte is. */
function lowerName(packet: Buffer, length: number): number | undefined {
  let at = HEADER;
  for (let label = packet[at] ?? 0; label > 0 && at < length; label = packet[at] ?? 0) {
    if (label > 63) return undefined;
    const labelEnd = at + 1 + label;
    for (at += 1; at < labelEnd; at++) {
      const byte = packet[at] ?? 0;
      if (byte >= 65 && byte <= 90) packet[at] = byte + 32;
    }
  }
  return at;
}
