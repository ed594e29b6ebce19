const FIRST_SLOTS = 1_024;
const FIRST_BYTES = 16_384;
/** Of the FNV-1a hash. */
const PRIME = 0x01000193;
/** Slots per text at least, so that looking for one ends soon. */
const ROOM = 2;

/**
 * Numbers texts of bytes, from 0 on in the order they come, without making a string of any: what reads names from the network finds what it
 * knows of them by their number. The hash begins at a seed, so that nobody can foresee which texts meet in one slot.
 */
export class ByteIndex {
  readonly #seed: number;
  /** One more than the number of the text that is there; 0 is free. */
  #slots = new Int32Array(FIRST_SLOTS);
  #hashes = new Int32Array(FIRST_SLOTS / ROOM);
  /** Where each text ends, which is where the next one begins. */
  #ends = new Int32Array(FIRST_SLOTS / ROOM);
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #size = 0;

  /** `seed` is any whole number that others do not know. */
  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  /** How many texts there are. */
  get size(): number {
    return this.#size;
  }

  /** The number of the text at these bytes; -1 when it is not known. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const hash = this.#hashOf(bytes, start, end);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = (slots[slot] as number) - 1;
      if (number < 0) return -1;
      if (this.#hashes[number] === hash && this.#is(number, bytes, start, end)) return number;
    }
  }

  /** Takes a text that is not there yet, and gives its number. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const number = this.#size;
    const from = this.#startOf(number);
    const until = from + end - start;
    if (until > this.#bytes.length) this.#growBytes(until);
    for (let at = start; at < end; at++) this.#bytes[from + at - start] = bytes[at] as number;
    if (number * ROOM >= this.#slots.length) this.#growSlots();
    const hash = this.#hashOf(bytes, start, end);
    this.#hashes[number] = hash;
    this.#ends[number] = until;
    this.#place(number, hash);
    this.#size += 1;
    return number;
  }

  /** The text of a number, read as UTF-8. */
  textOf(number: number): string {
    return this.#bytes.toString('utf8', this.#startOf(number), this.#ends[number]);
  }

  #startOf(number: number): number {
    return number === 0 ? 0 : (this.#ends[number - 1] as number);
  }

  #is(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#startOf(number);
    if ((this.#ends[number] as number) - from !== end - start) return false;
    const kept = this.#bytes;
    for (let at = start; at < end; at++) if (kept[from + at - start] !== bytes[at]) return false;
    return true;
  }

  #hashOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = this.#seed;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), PRIME);
    return hash ^ (hash >>> 15);
  }

  #place(number: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }

  #growSlots(): void {
    const room = this.#slots.length * 2;
    this.#slots = new Int32Array(room);
    this.#hashes = widened(this.#hashes, room / ROOM + 1);
    this.#ends = widened(this.#ends, room / ROOM + 1);
    for (let number = 0; number < this.#size; number++) this.#place(number, this.#hashes[number] as number);
  }

  #growBytes(needed: number): void {
    const wider = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(wider);
    this.#bytes = wider;
  }
}

function widened(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const wide = new Int32Array(length);
  wide.set(values);
  return wide;
}
