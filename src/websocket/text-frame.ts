const FINAL_TEXT = 0x81;
const TWO_BYTES = 126;
const EIGHT_BYTES = 127;

/** A text message as the bytes that a server puts on the wire (RFC 6455, 5.2): they are the same for every client, so they are made once. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = headOf(length);
  const frame = Buffer.allocUnsafe(head.length + length);
  frame.set(head);
  frame.write(text, head.length);
  return frame;
}

/** The text in a frame that `textFrame` made. */
export function textIn(frame: Buffer): string {
  const size = frame[1];
  return frame.toString('utf8', size === EIGHT_BYTES ? 10 : size === TWO_BYTES ? 4 : 2);
}

function headOf(length: number): Buffer {
  if (length < TWO_BYTES) return Buffer.from([FINAL_TEXT, length]);
  if (length < 65_536) return Buffer.from([FINAL_TEXT, TWO_BYTES, length >> 8, length & 0xff]);
  const head = Buffer.alloc(10);
  head[0] = FINAL_TEXT;
  head[1] = EIGHT_BYTES;
  head.writeUInt32BE(length, 6);
  return head;
}
