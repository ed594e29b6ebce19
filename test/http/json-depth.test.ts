import { expect, test } from 'vitest';
import { isTooDeep } from '../../src/http/json-depth.ts';

const nested = (levels: number, open = '[', close = ']') => open.repeat(levels) + close.repeat(levels);

test.each([
  [nested(100), false],
  [nested(101), true],
  [nested(101, '{"a":', '}').replace('{"a":}', '{}'), true],
  [`"${'['.repeat(1_000)}"`, false],
  [`"\\"${'['.repeat(1_000)}"`, false],
  [`"\\\\"${nested(101)}`, true],
  [`[${'[],'.repeat(1_000)}[]]`, false],
  ['', false],
])('%s is too deep: %s', (text, isIt) => {
  expect(isTooDeep(text)).toBe(isIt);
});
