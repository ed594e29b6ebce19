const LENGTH = 4;
/** Bytes of the longest frame. */
export const LONGEST_FRAME = 1_048_576;

/** The frames of a stream, each behind its length of four bytes. */
export class Frames {
  readonly #take: (frame: Buffer) => void;
  #pieces: Buffer[] = [];
  #length = 0;

  constructor(take: (frame: Buffer) => void) {
    this.#take = take;
  }

  /** Takes the next piece; false when a frame has no length that may be. */
  push(bytes: Buffer): boolean {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    while (this.#length >= LENGTH) {
      const length = this.#joined(LENGTH).readUInt32BE();
      if (length === 0 || length > LONGEST_FRAME) return false;
      if (this.#length < LENGTH + length) return true;
      const all = this.#joined(LENGTH + length);
      this.#pieces = [all.subarray(LENGTH + length), ...this.#pieces.slice(1)];
      this.#length -= LENGTH + length;
      this.#take(all.subarray(LENGTH, LENGTH + length));
    }
    return true;
  }

  /** So many bytes in one piece, which is the first then. */
  #joined(length: number): Buffer {
    const [first = Buffer.alloc(0)] = this.#pieces;
    if (first.length >= length) return first;
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all;
  }
}
