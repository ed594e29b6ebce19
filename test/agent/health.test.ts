import { expect, test } from 'vitest';
import { Health } from '../../src/agent/health.ts';
import { SimulatedClock } from '../support/clock.ts';

test('each change is told once: a trouble, other words for it, and its end', () => {
  const health = new Health(new SimulatedClock());
  let changes = 0;
  health.onChange(() => {
    changes += 1;
  });
  const counted = (act: () => void) => {
    const before = changes;
    act();
    return changes - before;
  };

  expect(counted(() => health.raise('kv', 'store', 'disk full'))).toBe(1);
  expect(counted(() => health.raise('kv', 'store', 'disk full'))).toBe(0);
  expect(counted(() => health.raise('kv', 'store', 'disk broken'))).toBe(1);
  expect(counted(() => health.raise('kv', 'store', 'disk broken', 'failed'))).toBe(1);
  expect(counted(() => health.clear('kv', 'store'))).toBe(1);
  expect(counted(() => health.clear('kv', 'store'))).toBe(0);
});
