/** What a frame holds. */
export const FRAME = { data: 0, beat: 1, close: 2 } as const;

/** A piece of what is sent on a stream. */
export interface Frame {
  readonly type: number;
  readonly payload: Buffer;
}

/** Bytes that the payload of a frame may have. */
export const MAX_FRAME = 2 * 1024 * 1024;

const HEAD = 5;
const EMPTY = Buffer.alloc(0);

/** The head of a frame: four bytes of length, big-endian, and one of type. The payload follows. */
export function frameHead(type: number, length: number): Buffer {
  const head = Buffer.allocUnsafe(HEAD);
  head.writeUInt32BE(length);
  head[4] = type;
  return head;
}

/** A frame as a whole. */
export const frameBytes = (type: number, payload: Uint8Array): Buffer =>
  Buffer.concat([frameHead(type, payload.length), payload]);

/** Puts frames together from the pieces in which they arrive. What is claimed costs no memory before it has arrived. */
export class FrameReader {
  #pieces: Buffer[] = [];
  #length = 0;

  /** The frames that are whole now, or why no more can come. Payloads may share memory with the bytes given. */
  push(bytes: Buffer): readonly Frame[] | 'too_large' {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    const wanted = this.#wanted();
    if (wanted > HEAD + MAX_FRAME) return 'too_large';
    // Long frames come in many pieces, which are joined once.
    if (this.#length < wanted) return [];
    return this.#cut(this.#joined());
  }

  #cut(all: Buffer): Frame[] | 'too_large' {
    const frames: Frame[] = [];
    let at = 0;
    while (at + HEAD <= all.length) {
      const length = all.readUInt32BE(at);
      if (length > MAX_FRAME) return 'too_large';
      const end = at + HEAD + length;
      if (end > all.length) break;
      frames.push({ type: all[at + 4] ?? 0, payload: all.subarray(at + HEAD, end) });
      at = end;
    }
    this.#pieces = at < all.length ? [all.subarray(at)] : [];
    this.#length = all.length - at;
    return frames;
  }

  /** Bytes that the frame under way has, head included. */
  #wanted(): number {
    if (this.#length < HEAD) return HEAD;
    if ((this.#pieces[0]?.length ?? 0) < HEAD) this.#pieces = [this.#joined()];
    return HEAD + (this.#pieces[0]?.readUInt32BE(0) ?? 0);
  }

  #joined(): Buffer {
    const [first = EMPTY, ...others] = this.#pieces;
    return others.length === 0 ? first : Buffer.concat(this.#pieces, this.#length);
  }
}
