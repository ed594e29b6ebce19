import { expect, test } from 'vitest';
import { levelFor } from '../../../src/agent/log/level.ts';

test.each([
  ['kv', 'ERROR', 'ERROR'],
  ['kv', { kv: 'DEBUG', default: 'ERROR' }, 'DEBUG'],
  ['dns', { kv: 'DEBUG', default: 'ERROR' }, 'ERROR'],
  ['dns', { kv: 'DEBUG' }, 'INFO'],
  ['audit', 'ERROR', 'INFO'],
  ['audit', { default: 'ERROR' }, 'INFO'],
  ['audit', { audit: 'ERROR' }, 'ERROR'],
] as const)('lines of %s are written with %j from %s on', (part, wish, level) => {
  expect(levelFor(part, wish)).toBe(level);
});
