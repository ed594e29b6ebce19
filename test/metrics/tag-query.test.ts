import { expect, test } from 'vitest';
import { countTags, parseTagQuery, taggedNames } from '../../src/metrics/tag-query.ts';

const NAMES = ['reqs;az=1;env=prod', 'reqs;az=2;env=test', 'errors;env=prod', 'cpu.load', 'cpu.user;__proto__=x'];

test.each([
  [['env=prod'], 'errors;env=prod reqs;az=1;env=prod'],
  [['env=prod', 'az!=1'], 'errors;env=prod'],
  [['env=prod', 'az='], 'errors;env=prod'],
  [['env=~p|t', 'az=~'], 'errors;env=prod reqs;az=1;env=prod reqs;az=2;env=test'],
  [['env=~rod'], ''],
  [['env!=~prod', 'name=~reqs'], 'reqs;az=2;env=test'],
  [['name=cpu.load'], 'cpu.load'],
  [['name=~cpu'], 'cpu.load cpu.user;__proto__=x'],
  [['__proto__=x'], 'cpu.user;__proto__=x'],
  [['toString=x'], ''],
  [['env!='], 'errors;env=prod reqs;az=1;env=prod reqs;az=2;env=test'],
])('%j fit: %s', async (expressions, expected) => {
  expect(taggedNames(NAMES, await parseTagQuery(expressions)).join(' ')).toBe(expected);
});

test.each([
  [['env'], /no tag expression/],
  [['=x'], /no tag expression/],
  [['env!=prod'], /at least one/],
  [['env=~.*'], /at least one/],
  [[], /at least one/],
  [['env=~('], /no regular expression/],
  [Array(65).fill('a=b'), /more than 64/],
])('%j is refused', async (expressions, message) => {
  await expect(parseTagQuery(expressions)).rejects.toThrow(message);
});

test('tags are counted', () => {
  expect(countTags(NAMES, 'env')).toEqual(
    new Map([
      [
        'env',
        new Map([
          ['prod', 2],
          ['test', 1],
        ]),
      ],
    ]),
  );
  expect([...countTags(NAMES).keys()].sort()).toEqual(['__proto__', 'az', 'env', 'name']);
});
