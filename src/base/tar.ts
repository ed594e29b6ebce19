/** A file of an archive. */
export interface TarEntry {
  /** At most 100 bytes, without a leading slash. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Epoch milliseconds. */
  readonly modified: number;
}

const BLOCK = 512;

/** An archive of these files in the form of POSIX ustar. */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap(({ name, bytes, modified }) => [
    headOf(name, bytes.length, modified),
    bytes,
    Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function headOf(name: string, size: number, modified: number): Buffer {
  const head = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => `${Math.floor(value).toString(8).padStart(digits, '0')}\0`;
  head.write(name.slice(0, 100), 0);
  head.write(octal(0o644, 7), 100);
  head.write(octal(0, 7), 108);
  head.write(octal(0, 7), 116);
  head.write(octal(size, 11), 124);
  head.write(octal(modified / 1_000, 11), 136);
  // The sum of all bytes of the head, itself taken as blanks.
  head.write(' '.repeat(8), 148);
  head.write('0', 156);
  head.write('ustar\x0000', 257, 'latin1');
  const sum = head.reduce((all, byte) => all + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}
