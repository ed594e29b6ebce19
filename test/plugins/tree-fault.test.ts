import { expect, test } from 'vitest';
import { treeFault } from '../../src/plugins/tree-fault.ts';

const endless: Record<string, unknown> = {};
endless['a'] = endless;

test('a tree of values has no fault, whatever is left open in it', () => {
  expect(treeFault({ a: 1, b: { c: 'x', d: null, e: true }, f: [1, { g: 2 }], h: undefined })).toBe('');
  expect(treeFault(Object.assign(Object.create(null), { a: 1 }))).toBe('');
});

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'it is undefined'],
  ['null', null, 'it is null'],
  ['a text', 'up', 'it is up'],
  ['a list', [1], 'it is a list'],
  ['a map', new Map(), 'it is an object of Map'],
  ['a date in it', { a: { b: new Date(0) } }, '"a.b" is an object of Date'],
  ['a function in a list', { a: [() => 1] }, '"a.0" is a function'],
  ['a large integer', { a: 5n }, '"a" is a bigint'],
  ['itself as a part', endless, 'it is more than 32 levels deep'],
  ['a key in two lines', { 'a\nb': 1 }, 'the key "a\\nb" has control characters'],
  ['too much', { a: Array.from({ length: 200_000 }, () => 1) }, 'it has more than 200000 values'],
])('%s has one', (_, given, fault) => {
  expect(treeFault(given)).toBe(fault);
});
