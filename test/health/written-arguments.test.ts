import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readArgs, readKwargs } from '../../src/health/written-arguments.ts';

test.each([
  ['[]', []],
  ['', []],
  ['["1", "it\'s"]', ['1', "it's"]],
  ["['1', \"it's\"]", ['1', "it's"]],
  ["['it\\'s', None, True, False, -1.5e3, .5]", ["it's", null, true, false, -1500, 0.5]],
  ["('a', [1, {'b': ()}],)", ['a', [1, { b: [] }]]],
  ['["\\u0041\\x42\\n"]', ['AB\n']],
])('args %s', (written, read) => {
  expect(readArgs(written)).toEqual(read);
});

test('named arguments keep names that objects have anyway', () => {
  expect([...readKwargs("{'a': None, '__proto__': 1}")]).toEqual([
    ['a', null],
    ['__proto__', 1],
  ]);
  expect(readKwargs({ a: 1 }).get('a')).toBe(1);
  expect(readKwargs(undefined).size).toBe(0);
});

test.each(['[1', "['a]", '[a]', '{}x', '{1: 2}', "{'a' 1}", '['.repeat(50), '["\\u00"]'])(
  '%s is refused with the place of the fault',
  (written) => {
    expect(() => readKwargs(written)).toThrow(/arguments cannot be read: .* at character \d+/);
  },
);

test('a list is no map and a map is no list', () => {
  expect(() => readArgs('{}')).toThrow('args is no list');
  expect(() => readKwargs('[]')).toThrow('kwargs is no map');
  expect(() => readArgs(`[${' '.repeat(70_000)}]`)).toThrow('longer');
});

test('what JSON writes is read as it was', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ maxDepth: 3 })), (value) => {
      const text = JSON.stringify(value);
      expect(JSON.stringify(readArgs(text))).toBe(text);
    }),
  );
});
