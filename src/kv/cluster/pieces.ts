/** Long messages as pieces that fit into frames, and pieces as messages again. */

const HEAD = 5;
/** On the type of a piece that is not the last one. */
const MORE = 0x80;
/** Bytes of a message in one frame. */
const MOST_PIECE = 1_048_576;
/** Bytes of messages that are not whole yet. */
const MOST_OPEN = 33_554_432;

/** A whole message, with the number that its asker gave it. */
export interface Message {
  readonly type: number;
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** The frames of a message: one byte of type, four of number (big-endian), and a piece of it. */
export function piecesOf({ type, number, bytes }: Message): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += MOST_PIECE) {
    const piece = bytes.subarray(at, at + MOST_PIECE);
    const isLast = at + MOST_PIECE >= bytes.length;
    const frame = Buffer.allocUnsafe(HEAD + piece.length);
    frame[0] = isLast ? type : type | MORE;
    frame.writeUInt32BE(number, 1);
    frame.set(piece, HEAD);
    frames.push(frame);
  }
  return frames;
}

/** Makes messages of the frames of one side. */
export class Pieces {
  readonly #open = new Map<string, Buffer[]>();
  #bytes = 0;

  /** Takes a frame: gives the message that it ends, `undefined` while more has to come, or says that it makes no sense. */
  push(frame: Buffer): Message | undefined | 'senseless' {
    const first = frame[0];
    if (first === undefined || frame.length < HEAD) return 'senseless';
    const type = first & ~MORE;
    const number = frame.readUInt32BE(1);
    const piece = frame.subarray(HEAD);
    const name = `${type} ${number}`;
    const before = this.#open.get(name);
    if ((first & MORE) === 0) {
      if (before === undefined) return { type, number, bytes: piece };
      this.#open.delete(name);
      for (const { length } of before) this.#bytes -= length;
      return { type, number, bytes: Buffer.concat([...before, piece]) };
    }
    this.#bytes += piece.length;
    if (this.#bytes > MOST_OPEN || piece.length === 0) return 'senseless';
    this.#open.set(name, [...(before ?? []), piece]);
    return undefined;
  }
}
