import { expect, test } from 'vitest';
import { Heads } from '../../src/http/heads.ts';

test('a head is there once, at its first place, with its last value', () => {
  const first = ['a', '1', 'b', '2'];
  const heads = new Heads(first).setAll({ B: '3', C: '4' });
  heads.set('a', '5');
  expect(heads.list).toEqual(['a', '5', 'b', '3', 'c', '4']);
  expect(heads.pairs()).toEqual([
    ['a', '5'],
    ['b', '3'],
    ['c', '4'],
  ]);
  expect([heads.get('b'), heads.get('d'), heads.has('c'), heads.has('1')]).toEqual(['3', undefined, true, false]);
  expect(first).toEqual(['a', '1', 'b', '2']);
});
