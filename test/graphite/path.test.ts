import { expect, test } from 'vitest';
import { seriesPath } from '../../src/graphite/path.ts';
import { Paths } from '../../src/graphite/paths.ts';

test.each([
  ['a.b', 'a.b'],
  ['.a..b.', 'a.b'],
  ['a/b\\c.d', 'a_b_c.d'],
  ['é.x', 'é.x'],
  ['m;b=2;a=1', 'm;a=1;b=2'],
  ['m;a=1;a=2', 'm;a=2'],
  ['m{b="2",a="x\\"y\\\\"}', 'm;a=x"y\\;b=2'],
  ['m{}', 'm'],
  ['m;a=b=c', 'm;a=b=c'],
  ['', undefined],
  ['...', undefined],
  ['m;=1', undefined],
  ['m;a', undefined],
  ['m;a=', undefined],
  ['m;a=~x', undefined],
  ['m;a!=x', undefined],
  ['m;', undefined],
  ['m{a="1"', 'm{a="1"'],
  ['m{a=1}', undefined],
  ['m{a="1" b="2"}', undefined],
  [Array.from({ length: 21 }, () => 'x').join('.'), undefined],
  ['x'.repeat(255), 'x'.repeat(255)],
  ['x'.repeat(256), undefined],
  [`x;a=${'v'.repeat(201)}`, undefined],
])('%s is %s', (written, name) => {
  expect(seriesPath(written)).toBe(name);
});

test('paths are remembered, also bad ones, and more of them than there is room for', () => {
  const paths = new Paths(1, 3);
  const nameOf = (text: string) => {
    const bytes = Buffer.from(`>${text}<`);
    const end = bytes.length - 1;
    if (paths.find(bytes, 1, end) < 0) paths.learn(bytes, 1, end, seriesPath(text));
    return paths.nameOf(paths.find(bytes, 1, end));
  };
  for (let round = 0; round < 3; round++) {
    expect(['a..b', 'm;', 'c', 'd', 'e', 'é'].map(nameOf)).toEqual(['a.b', undefined, 'c', 'd', 'e', 'é']);
  }
});
