/** Many pieces of messages in one frame: what is said in the same moment travels together. */

const LENGTH = 4;
/** Bytes of a bundle, unless a single piece has more. */
const MOST_BYTES = 262_144;

/** The frames of these pieces: in each of them some, every one behind four bytes of its length (big-endian). */
export function bundled(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  let some: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    if (some.length > 0 && bytes + LENGTH + piece.length > MOST_BYTES) {
      frames.push(frameOf(some, bytes));
      some = [];
      bytes = 0;
    }
    some.push(piece);
    bytes += LENGTH + piece.length;
  }
  if (some.length > 0) frames.push(frameOf(some, bytes));
  return frames;
}

/** The pieces of such a frame, which share its memory; `undefined` when it is none. */
export function unbundled(frame: Buffer): readonly Buffer[] | undefined {
  const pieces: Buffer[] = [];
  let at = 0;
  while (at + LENGTH <= frame.length) {
    const from = at + LENGTH;
    at = from + frame.readUInt32BE(at);
    if (at > frame.length) return undefined;
    pieces.push(frame.subarray(from, at));
  }
  return at === frame.length ? pieces : undefined;
}

function frameOf(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const frame = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const piece of pieces) {
    frame.writeUInt32BE(piece.length, at);
    frame.set(piece, at + LENGTH);
    at += LENGTH + piece.length;
  }
  return frame;
}
