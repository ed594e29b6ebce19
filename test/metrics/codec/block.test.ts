import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seeded } from '../../../src/base/random.ts';
import { aggregate } from '../../../src/metrics/aggregate.ts';
import { decodeBlock, encodeBlock } from '../../../src/metrics/codec/block.ts';
import { encodeGorilla } from '../../../src/metrics/codec/gorilla.ts';
import { encodeScaled } from '../../../src/metrics/codec/scaled.ts';
import { encodeShuffled } from '../../../src/metrics/codec/shuffled.ts';
import { mutated } from '../../support/mutate.ts';

const CODEC_NAMES = ['scaled', 'gorilla', 'shuffled'];

/** Where blocks are read: it holds what was read before. */
const room = new Float64Array(10_000).fill(Number.NaN);

/** The slots of a block of these values, from its first to its last value, and the name of its codec. */
function roundTrip(values: readonly number[], step = 10) {
  const block = encodeBlock(Float64Array.from(values));
  if (!block) return undefined;
  const slots = decodeBlock(block, { start: 1_700_000_000, step }, room);
  return { block, ...slots, codec: CODEC_NAMES[(block[0] ?? 0) & 3] };
}

const trimmed = (values: readonly number[]): readonly number[] =>
  values.slice(
    values.findIndex((value) => !Number.isNaN(value)),
    values.findLastIndex((value) => !Number.isNaN(value)) + 1,
  );

/** Compares bit by bit: 0 and -0 differ, NaN is NaN. */
function expectSame(read: Float64Array, written: readonly number[]) {
  expect(read.length).toBe(written.length);
  written.forEach((value, at) => {
    if (!Object.is(read[at], value)) expect({ at, value: read[at] }).toEqual({ at, value });
  });
}

const decimal = fc
  .record({ whole: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), decimals: fc.integer({ min: 0, max: 4 }) })
  .map(({ whole, decimals }) => whole / 10 ** decimals);
const average = fc
  .array(decimal, { minLength: 1, maxLength: 12 })
  .map((values) => aggregate(Float64Array.from(values), { method: 'average', xFilesFactor: 0 }));
const anyDouble = fc.double({ noNaN: true });
const gap = fc.constant(Number.NaN);

describe('what is written is read, bit by bit', () => {
  const kinds: readonly (readonly [string, fc.Arbitrary<number>])[] = [
    ['any doubles', anyDouble],
    ['decimals', decimal],
    ['averages of decimals', average],
    ['small whole numbers', fc.integer({ min: -3, max: 3 })],
    ['whole numbers of any size', fc.maxSafeInteger()],
    ['mixed with gaps', fc.oneof(decimal, gap, gap, anyDouble)],
    ['mostly zeros', fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat() })],
  ];
  test.each(kinds)('%s', (_, kind) => {
    fc.assert(
      fc.property(fc.array(kind, { minLength: 1, maxLength: 720 }), (values) => {
        const read = roundTrip(values);
        if (values.every((value) => Number.isNaN(value))) expect(read).toBeUndefined();
        else expectSame(read?.values ?? new Float64Array(), trimmed(values));
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['one value', [7]],
    ['a negative zero', [0, -0, 0]],
    ['infinities', [1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['the largest and the smallest', [Number.MAX_VALUE, Number.MIN_VALUE, -Number.MAX_VALUE]],
    ['whole numbers at the limit of exactness', [2 ** 50, -(2 ** 50), 2 ** 53, 2 ** 53 - 1]],
    ['gaps at both ends and within', [Number.NaN, 1, Number.NaN, Number.NaN, 2, Number.NaN]],
    ['a run longer than its bits', [5, ...Array<number>(4_000).fill(0), 5]],
  ])('%s', (_, values) => {
    expectSame(roundTrip(values)?.values ?? new Float64Array(), trimmed(values));
  });

  test('the first slot is that of the first value', () => {
    expect(roundTrip([Number.NaN, Number.NaN, 3], 60)).toMatchObject({ first: 1_700_000_120, step: 60 });
  });
});

describe('a block is small', () => {
  const random = seeded(7);
  const walk = (count: number, next: (before: number) => number, start = 0) => {
    let value = start;
    return Array.from({ length: count }, () => (value = next(value)));
  };
  const averages = (values: readonly number[], count: number) =>
    Array.from({ length: values.length / count }, (_, at) =>
      aggregate(Float64Array.from(values.slice(at * count, (at + 1) * count)), { method: 'average', xFilesFactor: 0 }),
    );
  const noise = () => random() + random() + random() - 1.5;
  test.each([
    ['a constant', walk(720, () => 4), 'scaled', 0.05],
    ['percents of two decimals', walk(720, (x) => Math.round(100 * (x + noise())) / 100, 20), 'scaled', 1.2],
    [
      'averages of percents',
      averages(
        averages(
          walk(21_600, (x) => Math.round(100 * (x + noise())) / 100, 20),
          6,
        ),
        5,
      ),
      'scaled',
      2.5,
    ],
    [
      'averages of pages',
      averages(
        walk(4_320, (x) => x + 4 * Math.round(1_000 * noise()), 8e6),
        6,
      ),
      'scaled',
      2,
    ],
    ['memory in pages', walk(720, (x) => x + 4_096 * Math.round(1_000 * noise()), 8e9), 'scaled', 1.6],
    ['a counter that goes its way', walk(720, (x) => x + 120_000, 1e9), 'scaled', 0.1],
    ['a busy counter', walk(720, (x) => x + 120_000 + Math.round(15_000 * noise()), 1e9), 'scaled', 2.2],
    [
      'percents that come again and again',
      walk(720, (x) => ((x * 100 + 3_167) % 9_973) / 100, 20).map((_, at, all) => all[at % 24] ?? 0),
      'shuffled',
      0.5,
    ],
    ['two long doubles in turn', walk(720, (x) => (x === Math.PI ? Math.E : Math.PI)), 'shuffled', 0.4],
  ])('%s', (_, values, codec, most) => {
    const read = roundTrip(values);
    expect(read?.codec).toBe(codec);
    expect((read?.block.length ?? 0) / 720).toBeLessThan(most);
  });

  test('the smallest codec is taken', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(decimal, anyDouble), { minLength: 60, maxLength: 120 }), (list) => {
        const values = Float64Array.from(list);
        const sizes = [encodeScaled(values), encodeGorilla(values), encodeShuffled(values)].map(
          (bytes) => bytes?.length ?? Number.POSITIVE_INFINITY,
        );
        expect(encodeBlock(values)?.length).toBe(7 + Math.min(...sizes));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a damaged block', () => {
  test('is recognised whichever bit is wrong', () => {
    const block = roundTrip([1, 2, 3.5, Number.NaN, 8])?.block ?? new Uint8Array();
    for (let bit = 0; bit < 8 * block.length; bit++) {
      const flipped = Uint8Array.from(block);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decodeBlock(flipped, { start: 0, step: 10 }), `bit ${bit}`).toThrow(RangeError);
    }
  });

  test('fails with an error and nothing worse, also when its checksum is right', () => {
    const random = seeded(3);
    const blocks = [[1, 2, 3], [0.1, Number.NaN, 1e300], Array.from({ length: 200 }, () => random())].map(
      (values) => roundTrip(values)?.block ?? new Uint8Array(),
    );
    for (let turn = 0; turn < 3_000; turn++) {
      const bytes = Buffer.from(mutated(random, blocks));
      if (bytes.length >= 16) bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
      try {
        expect(decodeBlock(bytes, { start: 0, step: 10 }).values.length).toBeLessThanOrEqual(65_535);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });
});
