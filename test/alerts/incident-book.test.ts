import { expect, test } from 'vitest';
import { AlertingWorld } from '../support/alerting.ts';

test('of ten thousand problems the oldest that ended are forgotten, and never one that goes on', {
  timeout: 60_000,
}, async () => {
  const world = await AlertingWorld.begun();
  world.check('linux/going-on', 'critical');
  for (let n = 0; n < 10_150; n++) {
    world.check(`linux/c${n}`, 'critical');
    world.check(`linux/c${n}`, 'ok');
  }
  const kept = world.pipeline.book.all().map(({ alert }) => alert.name);
  expect(kept.length).toBeLessThanOrEqual(10_100);
  expect(kept).toContain('linux/going-on');
  expect(kept).toContain('linux/c10149');
  expect(kept).not.toContain('linux/c0');
});
