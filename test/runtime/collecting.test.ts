import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Metrics } from '../../src/model/metrics.ts';
import { defineCollector } from '../../src/plugins/kinds.ts';
import { CollectError, NotAnswering, NotEligible } from '../../src/plugins/outcomes.ts';
import { askService } from '../../src/plugins/service.ts';
import { SimulatedClock } from '../support/clock.ts';
import { collectorOf, configured, eventsOf, packOf, runtimeOf, shelvesOf, written } from '../support/runtime.ts';

const read = async (runtime: ReturnType<typeof runtimeOf>['runtime'], text: string) => {
  const outcome = await runtime.evaluate(text);
  if (outcome.type === 'value') return outcome.value;
  return outcome.type === 'missing' ? outcome.reason : outcome.message;
};

test('every collector runs at once and then once an interval', async () => {
  let runs = 0;
  const { clock, runtime } = runtimeOf(configured([]), { collectors: [collectorOf('a', () => ({ runs: ++runs }))] });
  const started = runtime.start();
  await clock.runAsync(0);
  await started;
  expect(runs).toBe(1);
  await clock.runAsync(60_000);
  expect(runs).toBe(7);
  expect(runtime.collector('a')).toMatchObject({
    state: 'ok',
    results: { runs: 7 },
    metrics: 1,
    runsTotal: 7,
    stale: false,
  });
});

test.each<[string, () => never | object, object]>([
  ['what it saw', () => ({ a: 1, b: { c: true, d: 'x' }, e: [1, 2] }), { state: 'ok', log: '', metrics: 4 }],
  ['nothing at all', () => ({}), { state: 'error', log: 'The collector did send no data', results: null }],
  [
    'that it is not for this node',
    () => {
      throw new NotEligible('This system is not managed by this collector.');
    },
    { state: 'not-eligible', log: 'This system is not managed by this collector.', results: null },
  ],
  [
    'that it failed',
    () => {
      throw new Error('no such file\nstack');
    },
    { state: 'error', log: 'no such file', results: null, errorsTotal: 1 },
  ],
  [
    'that its service does not answer',
    () => {
      throw new NotAnswering('not answering: connect ECONNREFUSED', { up: 0 });
    },
    { state: 'ok', log: 'not answering: connect ECONNREFUSED', results: { up: 0 }, errorsTotal: 0 },
  ],
  [
    'a part',
    () => {
      throw new CollectError('login refused', { up: 1 });
    },
    { state: 'error', log: 'login refused', results: { up: 1 } },
  ],
])('a collector that says %s is shown so', async (_, see, expected) => {
  const { clock, runtime } = runtimeOf(configured([]), {
    collectors: [collectorOf('a', see as () => Record<string, number>)],
  });
  void runtime.start();
  await clock.runAsync(100);
  expect(runtime.collector('a')).toMatchObject(expected);
});

test.each<[string, () => unknown, string]>([
  ['nothing', () => undefined, 'it is undefined'],
  ['what cannot be told', () => ({ size: 5n }), '"size" is a bigint'],
  [
    'a part that is none',
    () => {
      throw new CollectError('login refused', [] as unknown as Metrics);
    },
    'it is a list',
  ],
  [
    'such an answer of a service',
    () => {
      throw new NotAnswering('not answering', { since: new Date(0) } as unknown as Metrics);
    },
    '"since" is an object of Date',
  ],
])('a collector that gives %s fails, and holds up nobody', async (_, see, why) => {
  const broken = collectorOf('broken', see as () => Metrics);
  const { clock, runtime } = runtimeOf(configured([]), { collectors: [broken, collectorOf('a', () => ({ x: 1 }))] });
  const started = runtime.start();
  await clock.runAsync(100);
  await started;
  const log = `The collector did send something that is no tree of values: ${why}`;
  expect(runtime.collector('broken')).toMatchObject({ state: 'error', log, results: null });
  expect(runtime.collector('a').state).toBe('ok');
});

test('a collector that hangs is given up, and does not hold up the others for longer', async () => {
  const hangs = collectorOf('hangs', () => new Promise(() => {}), { timeoutMs: 5_000 });
  const { clock, runtime } = runtimeOf(configured([]), { collectors: [hangs, collectorOf('a', () => ({ x: 1 }))] });
  let ready = false;
  void runtime.start().then(() => {
    ready = true;
  });
  await clock.runAsync(5_900);
  expect(runtime.collector('hangs').state).toBe('running');
  expect(ready).toBe(false);
  await clock.runAsync(200);
  expect(runtime.collector('hangs')).toMatchObject({ state: 'error', log: 'timeout after 5s' });
  expect(ready).toBe(true);
});

test('a run after one that was given up has nothing in common with it', async () => {
  let made = 0;
  const stuck = defineCollector({
    name: 'stuck',
    description: 'Never ends its first run.',
    options: z.object({}),
    keys: [],
    configure() {
      made += 1;
      const instance = made;
      let runs = 0;
      return async () => {
        runs += 1;
        if (instance === 1) await new Promise(() => {});
        return { instance, runs };
      };
    },
  });
  const { clock, runtime } = runtimeOf(configured([]), { collectors: [stuck] });
  void runtime.start();
  await clock.runAsync(12_000);
  expect(runtime.collector('stuck')).toMatchObject({ state: 'error', log: 'timeout after 10s' });
  await clock.runAsync(20_000);
  expect(runtime.collector('stuck')).toMatchObject({ state: 'ok', results: { instance: 2 } });
  expect(made).toBe(2);
});

test('one that may take very long does not hold up the start', async () => {
  const hangs = collectorOf('hangs', () => new Promise(() => {}), { timeoutMs: 60_000 });
  const { clock, runtime } = runtimeOf(configured([]), { collectors: [hangs, collectorOf('a', () => ({ x: 1 }))] });
  let ready = false;
  void runtime.start().then(() => {
    ready = true;
  });
  await clock.runAsync(11_000);
  expect(ready).toBe(false);
  await clock.runAsync(2_000);
  expect(ready).toBe(true);
});

test('one that is to run only once does so', async () => {
  let runs = 0;
  const once = collectorOf('once', () => ({ runs: ++runs }), { intervalMs: Number.POSITIVE_INFINITY });
  const { clock, runtime } = runtimeOf(configured([]), { collectors: [once, collectorOf('a', () => ({ x: 1 }))] });
  void runtime.start();
  await clock.runAsync(60_000);
  expect(runs).toBe(1);
  expect(runtime.collector('a').runsTotal).toBeGreaterThan(5);
});

test('a run that is still going when the next is due is left to end, and what was skipped is counted', async () => {
  const slow = collectorOf('slow', () => new Promise((resolve) => void clock.after(25_000, () => resolve({ x: 1 }))), {
    timeoutMs: 30_000,
  });
  const { clock, runtime } = runtimeOf(configured([]), { collectors: [slow] });
  void runtime.start();
  await clock.runAsync(24_000);
  const { skippedTotal, ...running } = runtime.collector('slow');
  expect(running).toMatchObject({ state: 'running', isActive: false, runsTotal: 0 });
  expect([2, 3]).toContain(skippedTotal);
  await clock.runAsync(2_000);
  expect(runtime.collector('slow')).toMatchObject({ state: 'ok', isActive: true, runsTotal: 1 });
  runtime.apply(configured([], { topics: { automaticDetection: true, monitoring: true, metrology: false } }));
  expect(runtime.collector('slow')).toMatchObject({ state: 'disabled', isActive: false });
  expect(runtime.collector('slow').skippedTotal).toBeGreaterThanOrEqual(skippedTotal);
});

test('no two of a hundred collectors start within 50 ms of each other, and of 10 ms when the agent starts', async () => {
  const starts: number[] = [];
  const names = Array.from({ length: 100 }, (_, at) => `c${at}`);
  const collectors = names.map((name) =>
    collectorOf(name, () => {
      starts.push(clock.now());
      return { x: 1 };
    }),
  );
  const { clock, runtime } = runtimeOf(configured([]), { collectors });
  void runtime.start();
  await clock.runAsync(60_000);
  const leastGap = (among: readonly number[]) =>
    Math.min(...among.slice(1).map((start, at) => start - (among[at] ?? 0)));
  expect(leastGap(starts.slice(0, 100))).toBeGreaterThanOrEqual(10);
  expect(starts[99]).toBeLessThan(1_100);
  expect(leastGap(starts.slice(100))).toBeGreaterThanOrEqual(50);
  expect(starts.length).toBeGreaterThan(550);
});

test('a collector that is switched off while it waits for its turn does not run', async () => {
  const ran: string[] = [];
  const collectors = ['a', 'b'].map((name) => collectorOf(name, () => ({ x: ran.push(name) })));
  const { clock, runtime } = runtimeOf(configured([]), { collectors });
  void runtime.start();
  await clock.runAsync(5);
  runtime.apply(configured([], { collectors: new Map([['b', { enabled: false }]]) }));
  await clock.runAsync(1_000);
  expect(ran).toEqual(['a']);
  expect(runtime.collector('b').state).toBe('disabled');
});

test('data that is missing says why', async () => {
  let see = () => ({ x: 1, y: 2 });
  const collectors = [
    collectorOf('a', () => see()),
    collectorOf('never', () => new Promise(() => {}), { timeoutMs: 9_000 }),
    collectorOf('absent', () => {
      throw new NotEligible('no docker here');
    }),
  ];
  const { clock, runtime } = runtimeOf(configured([]), { collectors });
  expect(await read(runtime, '{{collector.a.x}}')).toBe('collector a has not run yet');
  void runtime.start();
  await clock.runAsync(100);
  expect(await read(runtime, '{{collector.a.x}}')).toBe(1);
  expect(await read(runtime, '{{collector.zz.x}}')).toBe('unknown collector');
  expect(await read(runtime, '{{collector.nevr.x}}')).toBe('unknown collector, did you mean "never"?');
  expect(await read(runtime, '{{collector.a.z}}')).toBe('no such key, collector a has: x, y');
  expect(await read(runtime, '{{collector.absent.z}}')).toBe('collector absent: not-eligible, no docker here');
  expect(await read(runtime, '{{collector.never.z}}')).toBe('collector never has not run yet');
  see = () => {
    throw new Error('gone');
  };
  await clock.runAsync(20_000);
  expect(await read(runtime, '{{collector.a.x}}')).toBe(1);
  await clock.runAsync(20_000);
  expect(await read(runtime, '{{collector.a.x}}')).toMatch(/^stale \(\d\d s old\)$/);
  expect(runtime.collector('a')).toMatchObject({ state: 'error', stale: true, results: { x: 1, y: 2 } });
});

test('an event tells whether anything changed', async () => {
  let x = 1;
  const { clock, runtime, events } = runtimeOf(configured([]), { collectors: [collectorOf('a', () => ({ x }))] });
  void runtime.start();
  await clock.runAsync(15_000);
  x = 2;
  await clock.runAsync(10_000);
  expect(eventsOf(events, 'collector-done').map(({ changed }) => changed)).toEqual([true, false, true]);
});

test('what was seen lasts over a restart until it is too old', async () => {
  const shelves = shelvesOf();
  const first = runtimeOf(configured([]), { shelves, collectors: [collectorOf('a', () => ({ x: 1 }))] });
  void first.runtime.start();
  await first.runtime.restore();
  await first.clock.runAsync(100);
  await first.runtime[Symbol.asyncDispose]();
  expect(shelves.collectors.content.get('a')).toMatchObject({ results: { x: 1 } });

  const clock = new SimulatedClock(1_700_000_600_000);
  const second = runtimeOf(configured([]), {
    shelves,
    clock,
    collectors: [collectorOf('a', () => new Promise(() => {}))],
  });
  await second.runtime.restore();
  expect(second.runtime.collector('a')).toMatchObject({
    state: 'pending',
    results: { x: 1 },
    isRestored: true,
    lastCheck: 1_700_000_000_000,
  });
  expect(await read(second.runtime, '{{collector.a.x}}')).toBe(1);
  void second.runtime.start();
  await clock.runAsync(40_000);
  expect(await read(second.runtime, '{{collector.a.x}}')).toMatch(/^stale/);
});

test('what was seen is written down once a minute at most', async () => {
  let x = 0;
  const shelves = shelvesOf();
  const { clock, runtime } = runtimeOf(configured([]), { shelves, collectors: [collectorOf('a', () => ({ x: ++x }))] });
  await runtime.restore();
  void runtime.start();
  await clock.runAsync(59_000);
  expect(shelves.collectors.content.size).toBe(0);
  await clock.runAsync(2_000);
  expect(shelves.collectors.content.get('a')).toMatchObject({ results: { x: 7 } });
});

test('a collector waits for its group', async () => {
  const collectors = [collectorOf('redis', () => ({ up: 1 }), { group: 'redis' })];
  const { clock, runtime } = runtimeOf(configured([]), { collectors });
  void runtime.start();
  await clock.runAsync(100);
  const waiting = {
    state: 'not-eligible',
    log: 'Please add the redis group to enable this collector.',
    nextCheck: null,
  };
  expect(runtime.collector('redis')).toMatchObject(waiting);
  runtime.apply(configured([], { staticGroups: ['redis'] }));
  await clock.runAsync(100);
  expect(runtime.collector('redis')).toMatchObject({ state: 'ok', results: { up: 1 } });
  runtime.apply(configured([]));
  await clock.runAsync(100);
  expect(runtime.collector('redis')).toMatchObject({ ...waiting, results: null });
});

test('a group that a detector gives lets its collector run within an interval', async () => {
  let found = false;
  const rule = { apply_if: '{{collector.files.found}}', add_groups: ['redis'], interval: '10s' };
  const collectors = [
    collectorOf('files', () => ({ found })),
    collectorOf('redis', () => ({ up: 1 }), { group: 'redis' }),
  ];
  const { clock, runtime } = runtimeOf(configured([written('detector', 'redis/redis', rule)]), { collectors });
  void runtime.start();
  await clock.runAsync(15_000);
  expect(runtime.collector('redis').state).toBe('not-eligible');
  found = true;
  await clock.runAsync(20_000);
  expect(runtime.collector('redis')).toMatchObject({ state: 'ok', results: { up: 1 } });
});

test('agent.yml and the parameters of the pack decide how often, how long and whether', async () => {
  const collectors = ['a', 'b', 'c', 'd', 'e'].map((name) => collectorOf(name, () => ({ x: 1 })));
  const configuration = configured([], {
    packs: [packOf('b', { interval: '1m' }), packOf('d', { enabled: false }), packOf('e', { interval: 'often' })],
    collectors: new Map([
      ['a', { intervalMs: 30_000 }],
      ['c', { enabled: false }],
    ]),
  });
  const { clock, runtime } = runtimeOf(configuration, { collectors });
  void runtime.start();
  await clock.runAsync(100);
  expect(runtime.collectors().map(({ name, state, intervalMs }) => [name, state, intervalMs])).toEqual([
    ['a', 'ok', 30_000],
    ['b', 'ok', 60_000],
    ['c', 'disabled', 10_000],
    ['d', 'disabled', 10_000],
    ['e', 'error', 10_000],
  ]);
  expect(runtime.collector('e').log).toContain('"often" is not a duration');
});

test('without the topic metrology nothing is collected', async () => {
  const collectors = [collectorOf('a', () => ({ x: 1 }))];
  const topics = { automaticDetection: true, monitoring: true, metrology: false };
  const { clock, runtime } = runtimeOf(configured([], { topics }), { collectors });
  void runtime.start();
  await clock.runAsync(20_000);
  expect(runtime.collector('a')).toMatchObject({ state: 'disabled', runsTotal: 0 });
  runtime.apply(configured([]));
  await clock.runAsync(100);
  expect(runtime.collector('a').state).toBe('ok');
});

test('a collector can be run now, and an unknown one is answered with what is close', async () => {
  let x = 0;
  const { clock, runtime } = runtimeOf(configured([]), { collectors: [collectorOf('memory', () => ({ x: ++x }))] });
  void runtime.start();
  await clock.runAsync(100);
  expect(await runtime.runCollector('memory')).toMatchObject({ results: { x: 2 } });
  await expect(runtime.runCollector('memori')).rejects.toThrow('did you mean "memory"?');
});

test('a service that is asked more often than it may take to answer is down, not in error', async () => {
  const asking = defineCollector({
    name: 'asking',
    description: 'Asks what never answers.',
    options: z.object({}),
    intervalMs: 2_000,
    keys: [],
    configure: () => (host, signal) => askService(host, signal, { ask: () => new Promise<never>(() => {}) }),
  });
  const { clock, runtime } = runtimeOf(configured([]), { collectors: [asking] });
  void runtime.start();
  await clock.runAsync(2_500);
  expect(runtime.collector('asking')).toMatchObject({ state: 'ok', log: 'no answer within 2s', results: { up: 0 } });
});

test('a collector says by its options that every number of it is a series, also after a reload', async () => {
  const isAll = (options: unknown) => (options as { readonly all?: boolean }).all === true;
  const collectors = [{ ...collectorOf('a', () => ({ x: 1 })), storesAll: isAll }];
  const allIs = (all: boolean) => configured([], { packs: [packOf('a', { all })] });
  const { clock, runtime } = runtimeOf(allIs(true), { collectors });
  void runtime.start();
  await clock.runAsync(100);
  expect(runtime.collector('a').storesAll).toBe(true);
  runtime.apply(allIs(false));
  expect(runtime.collector('a').storesAll).toBeUndefined();
});
