/** Values as bytes and back: what the messages between nodes are made of. */
import { isUtf8 } from 'node:buffer';

const FIRST_BYTES = 512;
const LENGTH_BYTES = 4;
/** What a UTF-16 code unit of a text takes at most. */
const MOST_BYTES_OF_UNIT = 3;
const REPLACEMENT = '\ufffd';

/** What was read is no message: too short, too long, or of values that there are not. */
export class Senseless extends Error {}

/** Puts values one behind the other. Numbers are big-endian. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #at = 0;

  /** Everything that was written; the writer is not to be used any more. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  byte(value: number): void {
    const at = this.#room(1);
    this.#bytes[at] = value;
  }

  uint32(value: number): void {
    const at = this.#room(4);
    this.#bytes.writeUInt32BE(value, at);
  }

  uint64(value: bigint): void {
    const at = this.#room(8);
    this.#bytes.writeBigUInt64BE(value, at);
  }

  double(value: number): void {
    const at = this.#room(8);
    this.#bytes.writeDoubleBE(value, at);
  }

  /** Bytes of which both sides know how many there are. */
  raw(value: Uint8Array): void {
    const at = this.#room(value.length);
    this.#bytes.set(value, at);
  }

  /** Bytes behind their number. */
  sized(value: Uint8Array): void {
    this.uint32(value.length);
    this.raw(value);
  }

  /** The bytes of a text behind their number. */
  text(value: string): void {
    const at = this.#room(LENGTH_BYTES + MOST_BYTES_OF_UNIT * value.length);
    const length = this.#bytes.write(value, at + LENGTH_BYTES);
    this.#bytes.writeUInt32BE(length, at);
    this.#at = at + LENGTH_BYTES + length;
  }

  /** The place for so many more bytes, to be asked for before the bytes are used: they may move. */
  #room(length: number): number {
    const at = this.#at;
    this.#at += length;
    if (this.#at <= this.#bytes.length) return at;
    const larger = Buffer.allocUnsafe(Math.max(this.#at, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, at));
    this.#bytes = larger;
    return at;
  }
}

/** Reads values one behind the other. Whatever is not there, or is too long, makes it throw `Senseless`. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  byte(): number {
    return this.#bytes[this.#take(1)] ?? 0;
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  uint64(): bigint {
    return this.#bytes.readBigUInt64BE(this.#take(8));
  }

  double(): number {
    const value = this.#bytes.readDoubleBE(this.#take(8));
    if (!Number.isFinite(value)) throw new Senseless('a number is none');
    return value;
  }

  /** So many bytes, which go on sharing memory with what is read. */
  raw(length: number): Buffer {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Bytes behind their number, which is `most` at most; they share memory with what is read. */
  sized(most: number): Buffer {
    return this.raw(this.#length(most));
  }

  /** A text behind the number of its bytes, which is `most` at most. */
  text(most: number): string {
    const length = this.#length(most);
    const at = this.#take(length);
    const text = this.#bytes.toString('utf8', at, at + length);
    // What is none is replaced, as it may have been before.
    if (text.includes(REPLACEMENT) && !isUtf8(this.#bytes.subarray(at, at + length)))
      throw new Senseless('a text is no UTF-8');
    return text;
  }

  /** How many items follow: `most` at most, and each takes at least one byte. */
  count(most: number): number {
    return this.#length(Math.min(most, this.#bytes.length));
  }

  /** Throws when there is more. */
  end(): void {
    if (this.#at < this.#bytes.length) throw new Senseless('there is more than there should be');
  }

  #length(most: number): number {
    const length = this.uint32();
    if (length > most) throw new Senseless('there is more than there may be');
    return length;
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw new Senseless('there is less than there should be');
    this.#at = at + length;
    return at;
  }
}
