import { pack, struct } from '../../../src/gossip/wire/pack.ts';

/** LZW of so many zeros, in the fewest codes there are: each is the one that is just being made. */
export function lzwOfZeros(length: number): Uint8Array {
  const bytes: number[] = [];
  let [bits, count, width, free] = [0, 0, 9, 258];
  const write = (code: number) => {
    bits |= code << count;
    for (count += width; count >= 8; count -= 8) {
      bytes.push(bits & 255);
      bits >>>= 8;
    }
    if (code !== 257 && free < 4096) free += 1;
    if (free > 1 << width && width < 12) width += 1;
  };
  let [left, longest] = [length, 0];
  while (left > 0) {
    const isFull = free === 4096;
    const run = isFull ? longest : longest + 1;
    const size = Math.min(run, left);
    write(size === 1 ? 0 : 256 + size);
    longest = Math.max(longest, size);
    left -= size;
  }
  write(257);
  return Uint8Array.from([...bytes, bits & 255]);
}

/** A compound of compressed parts that expand to so many bytes each. */
export function bombs(parts: number, bytes: number): Uint8Array {
  const part = Uint8Array.of(9, ...pack(struct({ Algo: 0, Buf: lzwOfZeros(bytes) })));
  const table = Array.from({ length: parts }, () => [part.length >> 8, part.length & 255]).flat();
  return Uint8Array.of(7, parts, ...table, ...Array.from({ length: parts }, () => [...part]).flat());
}
