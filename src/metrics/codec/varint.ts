/** Adds a whole number below 2^28, seven bits a byte, the lowest first. */
export function writeVarint(value: number, bytes: number[]): void {
  let left = value;
  for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  bytes.push(left);
}

/** Reads a number and where it ends. Throws a `RangeError` when it does not. */
export function readVarint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let [value, end] = [0, at];
  for (let shift = 0; shift <= 21; shift += 7) {
    const byte = bytes[end++];
    if (byte === undefined) break;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end };
  }
  throw new RangeError('a number in the block does not end');
}
