import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../src/base/nearest.ts';

const WORDS = ['groups', 'members', 'join', 'leave'];

test.each([
  ['groupps', 'groups'],
  ['memebrs', 'members'],
  ['jion', 'join'],
  ['leav', 'leave'],
  ['elephants', undefined],
  ['', undefined],
])('nearest to %j is %j', (word, expected) => {
  expect(nearest(word, WORDS)).toBe(expected);
});

test('the suggestion is a clause to append, or nothing', () => {
  expect(didYouMean('groupps', WORDS)).toBe('; did you mean "groups"?');
  expect(didYouMean('xyz', WORDS)).toBe('');
});
