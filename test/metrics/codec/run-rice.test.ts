import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BitReader, BitWriter } from '../../../src/metrics/codec/bits.ts';
import { readRunRice, writeRunRice } from '../../../src/metrics/codec/run-rice.ts';

/** What comes back of numbers; four bytes follow, as behind every block. */
function roundTrip(numbers: readonly number[], rice: number): number[] {
  const bits = new BitWriter(16);
  writeRunRice(Float64Array.from(numbers), rice, bits);
  const bytes = Uint8Array.from([...bits.finish(), 0xff, 0xff, 0xff, 0xff]);
  const into = new Float64Array(numbers.length);
  readRunRice(into, rice, new BitReader(new DataView(bytes.buffer), 0));
  return [...into];
}

test('what is on disks is written as ever', () => {
  const zeros = (count: number) => new Array<number>(count).fill(0);
  const numbers = [3, ...zeros(14), 7, 1, 2, 2 ** 40, 0, 5, 2 ** 31, ...zeros(5), 12];
  const bits = new BitWriter(16);
  writeRunRice(Float64Array.from(numbers), 2, bits);
  expect(Buffer.from(bits.finish()).toString('hex')).toBe('6007e426fffffa3ffffffffff4bffffdffffffffe62c');
});

test('numbers far larger than the usual ones are read as they were written', () => {
  const number = fc.oneof(
    { weight: 6, arbitrary: fc.nat(3) },
    { weight: 2, arbitrary: fc.integer({ min: 15, max: 25 }) },
    { weight: 1, arbitrary: fc.nat(2 ** 31 - 1) },
    { weight: 1, arbitrary: fc.nat(2 ** 52) },
  );
  fc.assert(
    fc.property(fc.array(number, { minLength: 1, maxLength: 300 }), fc.nat(50), (numbers, rice) => {
      expect(roundTrip(numbers, rice)).toEqual(numbers);
    }),
  );
});

test.each(Array.from({ length: 30 }, (_, rice) => rice))(
  'every number of ones is read with %i bits behind it',
  (rice) => {
    const numbers = Array.from({ length: 26 }, (_, ones) => ones * 2 ** rice + (ones % 2 ** rice));
    for (const number of numbers) expect(roundTrip([number, 1, number], rice)).toEqual([number, 1, number]);
  },
);
