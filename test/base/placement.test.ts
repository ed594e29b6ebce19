import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashRing, placed, positionOf } from '../../src/base/placement.ts';

const NODE = (digit: number) =>
  [8, 4, 4, 4, 12]
    .map(
      (length, part) =>
        `${part === 2 ? '4' : part === 3 ? '8' : ''}${String(digit).repeat(part === 2 || part === 3 ? 3 : length)}`,
    )
    .join('-');
const IDS = [1, 2, 3, 4, 5].map(NODE);
const five = hashRing(IDS);
const three = hashRing(IDS.slice(0, 3));
const digits = (ids: readonly string[]) => ids.map((id) => id[0]).join(' ');
const hex = (position: bigint) => position.toString(16).padStart(16, '0');

test('points of nodes are where they are on every node', () => {
  expect(IDS.map((id) => hex(positionOf(`${id}#0`)))).toEqual([
    '165ef07d6a307673',
    '5570caf060a0a4cf',
    'c9bdf8f91a2aa78d',
    '16706d7819d381a1',
    '28158d2731074971',
  ]);
  expect(five.positions.length).toBe(640);
  expect([...five.positions].map(hex).filter((_, at) => at === 0 || at === 639)).toEqual([
    '00071fb5a54e1236',
    'ffd5dcf1fcd40a8d',
  ]);
});

test.each([
  ['a', '3 5 1', '3 1 2'],
  ['b', '5 2 3', '2 3 1'],
  ['foo', '1 2 3', '1 2 3'],
  ['redis/master', '1 4 5', '1 3 2'],
  ['config/app/db', '4 3 1', '3 1 2'],
  ['__health/11111111-1111-4111-8111-111111111111', '4 1 3', '1 3 2'],
  ['clé/é', '3 4 1', '3 1 2'],
  ['folder/', '1 4 2', '1 2 3'],
  ['0', '4 5 2', '2 3 1'],
  ['key-137', '5 3 2', '3 2 1'],
  ['日本', '4 2 3', '2 3 1'],
  ['x'.repeat(1024), '3 5 4', '3 1 2'],
])('key %.20s belongs to %s of five nodes, to %s of three', (key, ofFive, ofThree) => {
  expect(digits(placed(key, five, 3))).toBe(ofFive);
  expect(digits(placed(key, three, 3))).toBe(ofThree);
});

test('a key beyond the last point belongs to the first one', () => {
  expect(digits(placed('wrap-193', five, 3))).toBe('4 5 1');
});

test('the keys of many are spread evenly, and few move when a node comes', () => {
  const keys = Array.from({ length: 20_000 }, (_, each) => `k${each}`);
  const four = hashRing(IDS.slice(0, 4));
  const moved = keys.filter((key) => placed(key, four, 1)[0] !== placed(key, five, 1)[0]).length;
  expect((moved / keys.length) * 100).toBeCloseTo(20.6, 1);
});

test('nobody is in a ring without members', () => {
  expect(placed('a', hashRing([]))).toEqual([]);
});

test('every member is named once, whatever the order in which they are known', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.uuid(), { maxLength: 8 }), fc.string(), (ids, key) => {
      const order = placed(key, hashRing(ids));
      expect([...order].sort()).toEqual([...ids].sort());
      expect(placed(key, hashRing([...ids].reverse()))).toEqual(order);
    }),
    { numRuns: 30 },
  );
});

test('a ring is made once for each set of members, while not many others are asked for', () => {
  expect(hashRing([...IDS].reverse())).toBe(hashRing([...IDS, NODE(1)]));
  const before = hashRing(IDS);
  for (const digit of [1, 2, 3]) hashRing([NODE(digit)]);
  expect(hashRing(IDS)).toBe(before);
  for (const digit of [1, 2, 3, 4]) hashRing([NODE(digit)]);
  expect(hashRing(IDS)).not.toBe(before);
  expect(hashRing(IDS)).toEqual(before);
});
