import { expect, test } from 'vitest';
import { NotEligible } from '../../src/plugins/outcomes.ts';
import { collectorOf, configured, packOf, runtimeOf, written } from '../support/runtime.ts';

const detector = (group: string, apply_if: string) =>
  written('detector', `here/${group}`, { apply_if, add_groups: [group], interval: '1s' });

test.each([
  [false, ['linux', 'zone::lan'], 'critical'],
  [true, ['docker-container', 'linux', 'zone::lan'], 'none'],
])('a check for linux and not docker-container, inside a container: %s', async (isInside, groups, expected) => {
  const objects = [
    detector('linux', 'True'),
    detector('docker-container', '{{collector.here.inside}} == True'),
    written('check', 'here/check', { if_group: 'linux and not docker-container', interval: '1s', critical_if: 'True' }),
  ];
  const collectors = [collectorOf('here', () => ({ inside: isInside }), { intervalMs: 1_000 })];
  const { clock, runtime } = runtimeOf(configured(objects), { collectors });
  void runtime.start();
  await clock.runAsync(5_000);
  expect([...runtime.groups]).toEqual(groups);
  expect(runtime.checks().find(({ id }) => id === 'here/check')?.state ?? 'none').toBe(expected);
});

test('a group that is written stays when the rule that gives it too no longer holds', async () => {
  let isWeb = true;
  const objects = [detector('web', '{{collector.here.web}} == True')];
  const collectors = [collectorOf('here', () => ({ web: isWeb }), { intervalMs: 1_000 })];
  const { clock, runtime } = runtimeOf(configured(objects, { staticGroups: ['web'] }), { collectors });
  void runtime.start();
  await clock.runAsync(3_000);
  isWeb = false;
  await clock.runAsync(3_000);
  expect(runtime.detectors()).toMatchObject([{ groups: [] }]);
  expect([...runtime.groups]).toEqual(['web', 'zone::lan']);
});

test('a check of something that is not here is unknown, and names what it misses', async () => {
  const check = written('check', 'redis/redis', {
    if_group: '*',
    interval: '1s',
    critical_if: '{{collector.redis.available}} == False',
    critical_output: "'CRITICAL: Redis is down!'",
  });
  let see = (): { available: boolean } => {
    throw new NotEligible('no redis');
  };
  const collectors = [collectorOf('redis', () => see(), { intervalMs: 1_000 })];
  const { clock, runtime } = runtimeOf(configured([check]), { collectors });
  void runtime.start();
  await clock.runAsync(3_000);
  expect(runtime.check('redis/redis')).toMatchObject({
    state: 'unknown',
    output: expect.stringContaining('collector.redis.available is missing'),
  });
  see = () => ({ available: false });
  const looked = runtime.runCollector('redis');
  await clock.runAsync(3_000);
  await looked;
  expect(runtime.check('redis/redis')).toMatchObject({ state: 'critical', output: 'CRITICAL: Redis is down!' });
});

test('another threshold counts within a second, and the check keeps what it was', async () => {
  const check = written('check', 'linux/memory', {
    if_group: '*',
    interval: '1h',
    critical_if: '{{collector.memory.phys_used}} > {{parameters.memory_critical}}',
  });
  const withLimit = (memory_critical: number) => configured([check], { packs: [packOf('linux', { memory_critical })] });
  const collectors = [collectorOf('memory', () => ({ phys_used: 85 }), { intervalMs: 3_600_000 })];
  const { clock, runtime } = runtimeOf(withLimit(95), { collectors });
  void runtime.start();
  await clock.runAsync(3_600_000);
  const before = runtime.check('linux/memory');
  expect(before.state).toBe('ok');
  runtime.apply(withLimit(80));
  await clock.runAsync(1_000);
  expect(runtime.check('linux/memory')).toMatchObject({ state: 'critical', oldState: 'ok' });
});
