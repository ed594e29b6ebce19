import { describe, expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import { PickleRefused, readPickle } from '../../src/graphite/pickle.ts';
import { readPoints } from '../../src/graphite/pickled-points.ts';
import { GOLDEN, REFUSED } from './frames.ts';

const BOTH = [
  { path: 'a.b', value: 1.5, time: 1_700_000_000 },
  { path: 'c;t=v', value: 2, time: 1_700_000_000 },
];

const pickle = (hex: string) => Buffer.from(hex, 'hex');

describe('what Python writes', () => {
  test.each([...GOLDEN])('in protocol %i is read', (_, frame) => {
    const bytes = pickle(frame);
    expect(bytes.readUInt32BE()).toBe(bytes.length - 4);
    expect(readPoints(bytes.subarray(4))).toEqual({ points: BOTH, bad: 0 });
  });
});

describe('a pickle that would do something', () => {
  test('is refused', () => {
    expect(() => readPickle(pickle(REFUSED))).toThrow(PickleRefused);
  });

  test.each([
    ...['c', 'R', 'b', 'i', 'o', '}', 'd', 's', 'u', 'P', 'Q'].map((sign) => sign.charCodeAt(0).toString(16)),
    ...['81', '82', '83', '84', '8e', '8f', '90', '91', '92', '93', '96', '97', '98'],
  ])('by opcode %s is refused, wherever it stands', (code) => {
    expect(() => readPickle(pickle(`5d${code}2e`))).toThrow(PickleRefused);
    expect(() => readPickle(pickle(`${code}2e`))).toThrow(PickleRefused);
  });
});

const nested = (depth: number) => Buffer.from(`${']'.repeat(depth)}${'a'.repeat(depth - 1)}.`);

describe('what is too much is refused', () => {
  test.each([
    ['a depth of nine', nested(9)],
    ['a long text', Buffer.concat([Buffer.from([0x58, 1, 4, 0, 0]), Buffer.alloc(1_025, 97), Buffer.from('.')])],
    ['a number of many digits', Buffer.from(`I${'1'.repeat(21)}\n.`)],
    ['a number of many bytes', Buffer.from([0x8a, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x2e])],
    ['many items', Buffer.from(`](${'N'.repeat(100_001)}e.`)],
    ['a cut end', Buffer.from(']')],
    ['an empty one', Buffer.alloc(0)],
    ['a mark instead of a value', Buffer.from('(.')],
    ['a tuple with a mark in it', Buffer.from('(N\x86.', 'latin1')],
    ['what was not remembered', Buffer.from('h\x05.')],
    ['a long text that says so in eight bytes', Buffer.from([0x8d, 0, 0, 0, 0, 1, 0, 0, 0, 0x2e])],
  ])('%s', (_, bytes) => {
    expect(() => readPickle(bytes)).toThrow(PickleRefused);
  });

  test('eight lists in each other are not', () => {
    expect(readPickle(nested(8))).toMatchObject({ depth: 8 });
  });

  test('a list that holds itself does no harm', () => {
    expect(readPoints(Buffer.from(']q\x00h\x00a.'))).toEqual({ points: [], bad: 1 });
  });
});

test('numbers and texts of all kinds', () => {
  const read = (text: string) => readPickle(Buffer.from(text, 'latin1'));
  expect([read('I-5\n.'), read('I01\n.'), read('I00\n.'), read('L12L\n.')]).toEqual([-5, true, false, 12]);
  expect([read('F1e3\n.'), read('J\xff\xff\xff\xff.'), read('M\x01\x02.'), read('K\x07.')]).toEqual([
    1_000, -1, 513, 7,
  ]);
  expect([read('\x8a\x00.'), read('\x8a\x02\x00\xff.'), read('\x8b\x01\x00\x00\x00\x05.')]).toEqual([0, -256, 5]);
  expect([read("S'a\\x41\\n'\n."), read('S"b"\n.'), read('U\x02hi.'), read('Vx\\u00e9\n.')]).toEqual([
    'aA\n',
    'b',
    'hi',
    'xé',
  ]);
  expect([read('N.'), read('\x88.'), read('\x89.'), read('F-inf\n.')]).toEqual([
    null,
    true,
    false,
    Number.NEGATIVE_INFINITY,
  ]);
});

test('items of the wrong shape are counted, the others are points', () => {
  const good = "(S'a'\n(I1\nI2\ntt";
  const items = ['N', "S'text'\n", "(S'a'\nI1\nt", '(I1\n(I1\nI2\ntt', "(S'a'\n(I1\nNtt", "(S'a'\n(S'x'\nI2\ntt", good];
  const text = `(${items.join('')}l.`;
  expect(readPoints(Buffer.from(text))).toEqual({ points: [{ path: 'a', value: 2, time: 1 }], bad: 6 });
  expect(readPoints(Buffer.from('N.'))).toEqual({ points: [], bad: 1 });
});

test('mutated pickles are read or refused, and nothing else', () => {
  const random = seeded(20_261_122);
  const frames = [...GOLDEN.values(), REFUSED].map(pickle);
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(frames[round % frames.length] ?? []);
    for (let change = 0; change < 1 + (round % 4); change++) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    try {
      readPoints(bytes.subarray(round % 3 === 0 ? 0 : 4));
    } catch (error) {
      expect(error).toBeInstanceOf(PickleRefused);
    }
  }
});
