import { expect, test } from 'vitest';
import { silent } from '../../src/base/log.ts';
import type { YamlMap } from '../../src/model/pack.ts';
import { SimulatedClock } from '../support/clock.ts';
import { fakeHost } from '../support/host.ts';
import { collectorOf, configured, eventsOf, packOf, runtimeOf, shelvesOf, written } from '../support/runtime.ts';

const check = (id: string, definition: YamlMap) => written('check', id, { if_group: '*', ...definition });

/** A collector `load` that sees `value.now`, every second. */
function load(value: { now: number }, intervalMs = 1_000) {
  return [collectorOf('load', () => ({ load1: value.now }), { intervalMs })];
}

const HIGH = {
  critical_if: '{{collector.load.load1}} > 8',
  ok_output: "'OK: load is at %s' % {{collector.load.load1}}",
};

test('a check runs within its first interval, and again about once an interval', async () => {
  const value = { now: 1 };
  const objects = [check('linux/load', { ...HIGH, interval: '10s', display_name: 'System Load' })];
  const { clock, runtime, events } = runtimeOf(configured(objects), { collectors: load(value, 600_000) });
  void runtime.start();
  await clock.runAsync(10_000);
  expect(runtime.checks()).toMatchObject([
    {
      id: 'linux/load',
      displayName: 'System Load',
      packName: 'linux',
      packLevel: 'global',
      kind: 'expression',
      state: 'ok',
      oldState: 'pending',
      hard: true,
      hardState: 'ok',
      output: 'OK: load is at 1',
    },
  ]);
  expect(eventsOf(events, 'check-change')).toMatchObject([
    { check: { state: 'ok' }, before: { state: 'pending' }, result: { state: 'ok' } },
  ]);
  const { lastCheck, nextCheck } = runtime.check('linux/load');
  expect((nextCheck ?? 0) - (lastCheck ?? 0)).toBeGreaterThanOrEqual(9_000);
  expect((nextCheck ?? 0) - (lastCheck ?? 0)).toBeLessThanOrEqual(11_000);
});

test('new data is judged at once, whatever the interval, and confirmed no faster than configured', async () => {
  const value = { now: 1 };
  const objects = [check('linux/load', { ...HIGH, interval: '10m', max_attempts: 3, retry_interval: '5s' })];
  const { clock, runtime, events } = runtimeOf(configured(objects), { collectors: load(value) });
  void runtime.start();
  await clock.runAsync(20_000);
  value.now = 9;
  await clock.runAsync(2_000);
  expect(runtime.check('linux/load')).toMatchObject({ state: 'critical', hard: false, hardState: 'ok', attempt: 1 });
  await clock.runAsync(7_900);
  expect(runtime.check('linux/load').hard).toBe(false);
  await clock.runAsync(3_000);
  expect(runtime.check('linux/load')).toMatchObject({
    state: 'critical',
    hard: true,
    hardState: 'critical',
    attempt: 3,
  });
  expect(eventsOf(events, 'check-change').map(({ check: { state, hard } }) => [state, hard])).toEqual([
    ['ok', true],
    ['critical', false],
    ['critical', true],
  ]);
  value.now = 2;
  await clock.runAsync(2_000);
  expect(runtime.check('linux/load')).toMatchObject({ state: 'ok', hard: true, oldState: 'critical' });
});

test('new data that changes no state counts as nothing but refreshes the text', async () => {
  const value = { now: 1 };
  const objects = [check('linux/load', { ...HIGH, interval: '10m' })];
  const { clock, runtime, events } = runtimeOf(configured(objects), { collectors: load(value) });
  void runtime.start();
  await clock.runAsync(15_000);
  const { lastCheck } = runtime.check('linux/load');
  value.now = 3;
  await clock.runAsync(15_000);
  expect(runtime.check('linux/load')).toMatchObject({ lastCheck, output: 'OK: load is at 3' });
  expect(eventsOf(events, 'check-change')).toHaveLength(1);
});

test('a check never runs before the collectors that it reads', async () => {
  const slow = collectorOf('load', () => new Promise(() => {}), { timeoutMs: 8_000, group: 'g' });
  const objects = [check('linux/load', { ...HIGH, interval: '1s' })];
  const { clock, runtime } = runtimeOf(configured(objects), { collectors: [slow] });
  void runtime.start();
  await clock.runAsync(500);
  runtime.apply(configured(objects, { staticGroups: ['g'] }));
  await clock.runAsync(8_000);
  const { output } = runtime.check('linux/load');
  expect(output).toBe(
    'UNKNOWN: collector.load.load1 is missing (collector load: not-eligible, Please add the g group to enable this collector.)',
  );
});

test('checks follow the groups of the node within a second, and their states wait', async () => {
  const value = { now: 9 };
  const objects = [check('redis/x', { ...HIGH, if_group: 'redis', interval: '1h' })];
  const { clock, runtime } = runtimeOf(configured(objects), { collectors: load(value) });
  void runtime.start();
  await clock.runAsync(5_000);
  expect(runtime.checks()).toEqual([]);
  expect(() => runtime.check('redis/x')).toThrow('does not apply to this node');
  runtime.apply(configured(objects, { staticGroups: ['redis'] }));
  await clock.runAsync(1_100);
  expect(runtime.check('redis/x').state).toBe('critical');
  runtime.apply(configured(objects));
  expect(runtime.checks()).toEqual([]);
  await clock.runAsync(60_000);
  runtime.apply(configured(objects, { staticGroups: ['redis'] }));
  expect(runtime.check('redis/x').state).toBe('critical');
});

test('a check of a pack that says nothing of groups never runs, one of the local configuration does everywhere', async () => {
  const objects = [written('check', 'linux/x', HIGH), written('check', 'local/x', HIGH)];
  const { clock, runtime } = runtimeOf(configured(objects), { collectors: load({ now: 1 }) });
  void runtime.start();
  await clock.runAsync(15_000);
  expect(runtime.checks().map(({ id }) => id)).toEqual(['local/x']);
});

test('variables are worked out in their order and may use parameters, macros and each other', async () => {
  const objects = [
    check('linux/cpu', {
      variables: { used: '100 - {{collector.load.load1}}', twice: '{{variables.used}} * 2' },
      critical_if: '{{variables.twice}} > {{parameters.limit}} + {{configuration.extra}} + {configuration.from_agent}',
      critical_output: "'CRITICAL: %s' % {{variables.twice}}",
      extra: 10,
    }),
  ];
  const configuration = configured(objects, { packs: [packOf('linux', { limit: 100 })], variables: { from_agent: 1 } });
  const { clock, runtime } = runtimeOf(configuration, { collectors: load({ now: 10 }) });
  void runtime.start();
  await clock.runAsync(12_000);
  expect(runtime.check('linux/cpu')).toMatchObject({ state: 'critical', output: 'CRITICAL: 180' });
});

test('a variable that cannot be worked out is named', async () => {
  const objects = [check('linux/cpu', { ...HIGH, variables: { x: '1 / 0' } })];
  const { clock, runtime } = runtimeOf(configured(objects), { collectors: load({ now: 10 }) });
  void runtime.start();
  await clock.runAsync(12_000);
  expect(runtime.check('linux/cpu')).toMatchObject({
    state: 'unknown',
    output: 'ERROR: the variable x expression fail: 1 / 0 : division by zero',
  });
});

test('a script gets its macros from the check, its pack, agent.yml and the node', async () => {
  const seen: string[][] = [];
  const host = {
    ...fakeHost(),
    run: async ({ argv }: { argv: readonly string[] }) => {
      seen.push([...argv]);
      return { stdout: 'DUMMY', stderr: '', exit: 1, signal: null, timedOut: false, cut: false };
    },
  };
  const script = "$nagiosplugins$/x -w $warn.level$ '$text$' $port$ $site$ $node.name$ $check.id$ $none | port$ $hole$";
  const definition = {
    script,
    nice: 0,
    warn: { level: 5 },
    text: 'a b',
    list: [1, 2],
    hole: '{{collector.load.load1}}!',
  };
  const configuration = configured([check('linux/x', definition)], {
    packs: [packOf('linux', { port: 80 })],
    variables: { site: 'paris' },
  });
  const { clock, runtime } = runtimeOf(configuration, { host, collectors: load({ now: 7 }) });
  void runtime.start();
  await clock.runAsync(12_000);
  expect(seen[0]).toEqual([
    '/usr/lib/nagios/plugins/x',
    '-w',
    '5',
    'a b',
    '80',
    'paris',
    'db-1',
    'linux/x',
    '80',
    '7!',
  ]);
  expect(runtime.check('linux/x')).toMatchObject({ state: 'warning', output: 'DUMMY', kind: 'script' });
});

test('a state is turned round and a measured value judged as the check says', async () => {
  const ends = { stdout: 'fine|load1=9.2 load5=1', stderr: '', exit: 2, signal: null, timedOut: false, cut: false };
  const host = { ...fakeHost(), run: async () => ends };
  const objects = [
    check('a/negated', { script: '/x', negate: { critical: 'ok', ok: 'critical' } }),
    check('a/judged', {
      script: '/x',
      negate: { critical: 'ok' },
      perf_thresholds: { load1: { warning: '0:5', critical: '0:8' }, load9: { warning: '1', required: true } },
    }),
  ];
  const { clock, runtime } = runtimeOf(configured(objects), { host });
  void runtime.start();
  await clock.runAsync(12_000);
  expect(runtime.check('a/negated')).toMatchObject({ state: 'ok', output: 'fine' });
  expect(runtime.check('a/judged')).toMatchObject({
    state: 'critical',
    output: 'fine [load1=9.2 outside 0:8] [label load9 is missing]',
  });
});

test('where a check stands lasts over a restart, and is not told again', async () => {
  const shelves = shelvesOf();
  const objects = [check('linux/load', { ...HIGH, interval: '1m', max_attempts: 2 })];
  const first = runtimeOf(configured(objects), { shelves, collectors: load({ now: 9 }, 60_000) });
  void first.runtime.start();
  await first.clock.runAsync(90_000);
  const before = first.runtime.check('linux/load');
  expect(before).toMatchObject({ state: 'critical', hard: true });
  await first.runtime[Symbol.asyncDispose]();

  const clock = new SimulatedClock(1_700_000_000_000 + 100_000);
  const second = runtimeOf(configured(objects), { shelves, clock, collectors: load({ now: 9 }, 60_000) });
  await second.runtime.restore();
  void second.runtime.start();
  await clock.runAsync(100);
  expect(second.runtime.check('linux/load')).toMatchObject({ ...before, nextCheck: expect.any(Number) });
  await clock.runAsync(120_000);
  expect(eventsOf(second.events, 'check-change')).toEqual([]);
  expect(second.alerts).toEqual([]);
});

test('a reload keeps the state when thresholds change, and begins anew when something else is run', async () => {
  const host = {
    ...fakeHost(),
    run: async () => ({ stdout: 'bad', stderr: '', exit: 2, signal: null, timedOut: false, cut: false }),
  };
  const objects = [
    check('a/e', { critical_if: '1 == 1', interval: '1h' }),
    check('a/s', { script: '/x', interval: '1h' }),
  ];
  const { clock, runtime } = runtimeOf(configured(objects), { host });
  void runtime.start();
  await clock.runAsync(12_000);
  const changed = [
    check('a/e', { critical_if: '2 == 2', interval: '2h' }),
    check('a/s', { script: '/y', interval: '1h' }),
  ];
  expect(runtime.apply(configured(changed))).toMatchObject({ changed: 2 });
  expect(runtime.checks().map(({ id, state }) => [id, state])).toEqual([
    ['a/e', 'critical'],
    ['a/s', 'pending'],
  ]);
  await clock.runAsync(1_100);
  expect(runtime.check('a/s').state).toBe('critical');
});

test('a reload of many objects of which one changed runs that one alone', async () => {
  const checks = Array.from({ length: 300 }, (_, at) => check(`a/${at}`, { critical_if: '1 == 2', interval: '1h' }));
  const { clock, runtime } = runtimeOf(configured(checks));
  void runtime.start();
  await clock.runAsync(12_000);
  const before = new Map(runtime.checks().map(({ id, lastCheck, nextCheck }) => [id, { lastCheck, nextCheck }]));
  expect(runtime.apply(configured(structuredClone(checks)))).toMatchObject({ changed: 0, unchanged: 300 });
  const changed = checks.with(7, check('a/7', { critical_if: '1 == 3', interval: '1h' }));
  expect(runtime.apply(configured(changed))).toMatchObject({ added: 0, changed: 1, removed: 0, unchanged: 299 });
  await clock.runAsync(5_000);
  const run = runtime.checks().filter(({ id, lastCheck }) => lastCheck !== before.get(id)?.lastCheck);
  expect(run.map(({ id }) => id)).toEqual(['a/7']);
  for (const { id, nextCheck } of runtime.checks().filter((each) => each.id !== 'a/7')) {
    expect(nextCheck).toBe(before.get(id)?.nextCheck);
  }
});

test('a check can be run now; one that is unknown is answered with what is close', async () => {
  const { clock, runtime } = runtimeOf(configured([check('linux/load', { ...HIGH, interval: '1h' })]), {
    collectors: load({ now: 9 }),
  });
  void runtime.start();
  await clock.runAsync(0);
  expect(await runtime.runCheck('linux/load')).toMatchObject({ state: 'critical' });
  expect(runtime.checkDefinition('linux/load')).toMatchObject({ interval: '1h' });
  await expect(runtime.runCheck('linux/laod')).rejects.toThrow('did you mean "linux/load"?');
  await expect(runtime.runCheck('load')).rejects.toThrow('check "load" is not known; did you mean "linux/load"?');
});

test('without the topic monitoring every state is unknown, nobody is alerted, and the states come back', async () => {
  const objects = [check('linux/load', HIGH), written('handler', 'local/note', { type: 'note' })];
  const { clock, runtime, events, alerts } = runtimeOf(configured(objects), { collectors: load({ now: 1 }) });
  void runtime.start();
  await clock.runAsync(12_000);
  runtime.apply(configured(objects, { topics: { automaticDetection: true, monitoring: false, metrology: true } }));
  expect(runtime.check('linux/load')).toMatchObject({
    state: 'unknown',
    hard: true,
    hardState: 'unknown',
    attempt: 1,
    output: 'monitoring is switched off',
  });
  expect(eventsOf(events, 'check-change').at(-1)).toMatchObject({
    check: { state: 'unknown' },
    before: { state: 'ok' },
    result: null,
  });
  await expect(runtime.runCheck('linux/load')).rejects.toThrow('monitoring is switched off');
  await clock.runAsync(60_000);
  runtime.apply(configured(objects));
  expect(runtime.check('linux/load').state).toBe('ok');
  await clock.runAsync(1);
  expect(alerts).toEqual([]);
});

test('what goes wrong while new data is judged is logged, and the next data is judged again', async () => {
  const value = { now: 1 };
  const shelves = shelvesOf();
  const errors: unknown[] = [];
  let isFull = false;
  const checks = {
    ...shelves.checks,
    put(key: string, kept: unknown) {
      if (isFull) throw new Error('no space left on device');
      shelves.checks.put(key, kept);
    },
  };
  const log = { ...silent, error: (fields: unknown, text: string) => void errors.push([text, fields]) };
  const { clock, runtime } = runtimeOf(configured([check('linux/load', { ...HIGH, interval: '1h' })]), {
    collectors: load(value),
    shelves: { ...shelves, checks },
    log: { ...log, child: () => log },
  });
  void runtime.start();
  await clock.runAsync(12_000);
  isFull = true;
  value.now = 9;
  await clock.runAsync(2_000);
  expect(errors).toMatchObject([['new data could not be judged', { check: 'linux/load' }]]);
  isFull = false;
  value.now = 1;
  await clock.runAsync(2_000);
  expect(runtime.check('linux/load').state).toBe('ok');
});

test('a hanging script delays no other check, and its runs are not doubled', async () => {
  let hanging = 0;
  const host = {
    ...fakeHost(),
    run: () => {
      hanging += 1;
      return new Promise<never>(() => {});
    },
  };
  const objects = [
    check('a/hangs', { script: '/x', interval: '1s', timeout: '20s' }),
    check('a/quick', { critical_if: '1 == 2', interval: '1s' }),
  ];
  const { clock, runtime } = runtimeOf(configured(objects), { host });
  void runtime.start();
  await clock.runAsync(10_000);
  expect(hanging).toBe(1);
  const { lastCheck } = runtime.check('a/quick');
  expect(clock.wall() - (lastCheck ?? 0)).toBeLessThan(1_200);
  await clock.runAsync(13_000);
  expect(runtime.check('a/hangs')).toMatchObject({ state: 'unknown', output: 'timeout after 20s' });
});

test('no more scripts run at once than allowed, in the order they came', async () => {
  let running = 0;
  let most = 0;
  const clock = new SimulatedClock();
  const host = {
    ...fakeHost({ clock }),
    run: async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => void clock.after(300, resolve));
      running -= 1;
      return { stdout: 'ok', stderr: '', exit: 0, signal: null, timedOut: false, cut: false };
    },
  };
  const objects = Array.from({ length: 60 }, (_, index) => check(`a/s${index}`, { script: '/x', interval: '10s' }));
  const { runtime } = runtimeOf(configured(objects), { host, clock });
  void runtime.start();
  await clock.runAsync(30_000);
  expect(most).toBe(4);
  expect(runtime.checks().every(({ state }) => state === 'ok')).toBe(true);
});
