import { expect, test } from 'vitest';
import { sinceLast } from '../../src/plugins/last-look.ts';

test('has a pair from the second look on, with the seconds between', () => {
  const pairOf = sinceLast<string>();
  expect(pairOf('a', 1_000)).toBeUndefined();
  expect(pairOf('b', 3_500)).toEqual({ before: 'a', after: 'b', seconds: 2.5 });
  expect(pairOf('c', 4_500)).toEqual({ before: 'b', after: 'c', seconds: 1 });
});

test('two looks at the same moment are no pair, and the first of them counts', () => {
  const pairOf = sinceLast<string>();
  pairOf('a', 1_000);
  expect(pairOf('b', 1_000)).toBeUndefined();
  expect(pairOf('c', 2_000)).toEqual({ before: 'a', after: 'c', seconds: 1 });
});
