import { expect, test } from 'vitest';
import { withoutSecrets } from '../../src/cli/credentials.ts';

test.each([
  ['PUT /x token=abc who=ci', 'PUT /x token=****** who=ci'],
  ['"password": "a", "b": 1', '"password": "******", "b": 1'],
  ['authorization: Bearer abc, next', 'authorization: ******, next'],
  ['Authorization=Basic YTpi', 'Authorization=******'],
  [`asked with opsbro_${'x'.repeat(43)} at night`, 'asked with ****** at night'],
  ['nothing to hide: 7', 'nothing to hide: 7'],
])('of %s is shown %s', (line, shown) => {
  expect(withoutSecrets(line)).toBe(shown);
});
