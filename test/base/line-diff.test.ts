import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineDiff } from '../../src/base/line-diff.ts';

test.each<[string, string, string[]]>([
  ['a\nb\n', 'a\nb\n', []],
  ['a\nb\nc\nd\ne\n', 'a\nb\nX\nd\ne\n', [' 0002: b', '-0003: c', '+0003: X', ' 0004: d']],
  ['', 'a\n', ['+0001: a']],
  ['a\n', '', ['-0001: a']],
  ['a\nb\n', 'b\n', ['-0001: a', ' 0001: b']],
  ['a', 'a\nb', [' 0001: a', '+0002: b']],
])('from %j to %j', (before, after, expected) => {
  expect(lineDiff(before, after)).toEqual(expected);
});

test('what is gone and what is new makes the one text of the other', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const steps = lineDiff(`${before.join('\n')}`, `${after.join('\n')}`);
      const lines = (sign: string) =>
        steps.flatMap((step) => (step.startsWith(sign) ? [[Number(step.slice(1, 5)), step.slice(7)] as const] : []));
      const gone = new Map(lines('-'));
      const fresh = new Map(lines('+'));
      for (const [number, line] of gone) expect(before[number - 1]).toBe(line);
      const rest = before.filter((_, index) => !gone.has(index + 1));
      expect(after.filter((_, index) => !fresh.has(index + 1))).toEqual(rest);
    }),
  );
});

test('very long texts are told as all gone and all new', () => {
  const long = (sign: string) => Array.from({ length: 3_000 }, () => sign).join('\n');
  expect(lineDiff(long('a'), `${long('a')}\nb`)).toHaveLength(6_001);
});
