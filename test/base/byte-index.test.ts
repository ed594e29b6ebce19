import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteIndex } from '../../src/base/byte-index.ts';

test('every text is found by the number it got, wherever its bytes are', () => {
  const texts = fc.uniqueArray(fc.string({ maxLength: 12 }), { maxLength: 200 });
  fc.assert(
    fc.property(texts, fc.integer(), (all, seed) => {
      const index = new ByteIndex(seed);
      for (const [number, text] of all.entries()) {
        const bytes = Buffer.from(`>${text}<`);
        expect(index.find(bytes, 1, bytes.length - 1)).toBe(-1);
        expect(index.add(bytes, 1, bytes.length - 1)).toBe(number);
      }
      for (const [number, text] of all.entries()) {
        const bytes = Buffer.from(text);
        expect(index.find(bytes, 0, bytes.length)).toBe(number);
        expect(index.textOf(number)).toBe(text);
      }
    }),
  );
});

test('a hundred thousand texts are told apart', () => {
  const index = new ByteIndex(7);
  const bytesOf = (number: number) => Buffer.from(`servers.host${number}.cpu.idle`);
  for (let number = 0; number < 100_000; number++) {
    const bytes = bytesOf(number);
    index.add(bytes, 0, bytes.length);
  }
  for (const number of [0, 1, 511, 512, 65_535, 65_536, 99_999]) {
    const bytes = bytesOf(number);
    expect(index.find(bytes, 0, bytes.length)).toBe(number);
  }
  expect(index.size).toBe(100_000);
});
