import { expect, test } from 'vitest';
import { crashText } from '../../src/agent/crash.ts';

const known = { at: Date.UTC(2026, 0, 2, 15, 4, 5), version: '1.2.3', nodeVersion: '20.19.0' };

test('what nobody caught is written with time, version, part and stack', () => {
  const error = new Error('a bug');
  error.stack = 'Error: a bug\n    at step (file:///usr/lib/opsbro/dist/gossip/core/rules.js:12:3)';
  expect(crashText({ ...known, error })).toBe(
    `2026-01-02T15:04:05.000Z opsbro 1.2.3 node 20.19.0 part gossip\n${error.stack}\n\n`,
  );
});

test.each([['a text'], [undefined], [{ odd: true }]])('%j can be thrown as well', (error) => {
  expect(crashText({ ...known, error })).toContain('part unknown\n');
});
