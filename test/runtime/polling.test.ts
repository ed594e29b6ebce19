import { expect, test } from 'vitest';
import { z } from 'zod';
import type { TakenSample } from '../../src/model/sample.ts';
import { definePollster, type Poll, type Pollster } from '../../src/plugins/kinds.ts';
import { PermanentError } from '../../src/plugins/outcomes.ts';
import { collectorOf, configured, runtimeOf } from '../support/runtime.ts';

const METERS = [
  { name: 'net.bytes', type: 'cumulative', unit: 'B', meaning: 'What came in.' },
  { name: 'load', type: 'gauge', unit: '', meaning: 'How much there is to do.' },
] as const;

const pollsterOf = (
  name: string,
  poll: Poll,
  traits: Partial<Pick<Pollster, 'discovery' | 'timeoutMs'>> = {},
): Pollster =>
  definePollster({
    ...{ name, description: 'Samples what the test wants.', namespace: 'node', meters: METERS },
    options: z.object({}),
    configure: () => poll,
    ...traits,
  });

/** A runtime that runs these pollsters. */
function polled(...pollsters: readonly Pollster[]) {
  const made = runtimeOf(configured([]), { pollsters, collectors: [collectorOf('other', () => ({ x: 1 }))] });
  void made.runtime.start();
  return made;
}

const load = (volume: number): TakenSample => ({ name: 'load', type: 'gauge', unit: '', volume });

test('a pollster is run as a collector: its samples are there for expressions, with the rates of counts', async () => {
  let bytes = 0;
  const { clock, runtime } = polled(
    pollsterOf('net', async function* () {
      bytes += 600;
      yield { name: 'net.bytes', type: 'cumulative', unit: 'B', volume: bytes };
      yield load(0.5);
    }),
  );
  await clock.runAsync(1_000);
  expect(runtime.collector('net')).toMatchObject({
    state: 'ok',
    intervalMs: 60_000,
    results: { net: { bytes: 600 }, load: 0.5 },
  });
  await clock.runAsync(119_000);
  const seen = await runtime.evaluate('{{collector.net.net.bytes/s}} + {{collector.net.load}}');
  expect(seen).toMatchObject({ type: 'value', value: 10.5 });
  expect(runtime.polling.records()).toMatchObject([
    { name: 'net', meters: ['net.bytes', 'load'], state: 'ok', samples: 2, errors: 0 },
  ]);
  expect(runtime.polling.samples('net.*')).toMatchObject([{ name: 'net.bytes', resourceId: 'box', unit: 'B' }]);
  expect(runtime.polling.samples()).toHaveLength(2);
});

test('what fails is told and counted, and what was sampled before it counts', async () => {
  const { clock, runtime } = polled(
    pollsterOf('half', async function* () {
      yield load(1);
      yield { ...load(2), volume: 'many' };
      throw new Error('the far side is gone\nstack');
    }),
  );
  await clock.runAsync(1_000);
  expect(runtime.collector('half')).toMatchObject({
    state: 'error',
    log: 'Continuing after error from half: load: "many" is no number',
    results: { load: 1 },
  });
  expect(runtime.polling.record('half')).toMatchObject({ samples: 1, errors: 2 });
  expect(runtime.collector('other').state).toBe('ok');
});

test('a resource that will never have samples is not asked for again until a reload', async () => {
  let asked = 0;
  const gone = pollsterOf('gone', async function* () {
    asked += 1;
    if (asked > 0) throw new PermanentError('there is no such machine');
    yield load(1);
  });
  const { clock, runtime } = polled(gone);
  await clock.runAsync(200_000);
  expect(asked).toBe(1);
  expect(runtime.collector('gone')).toMatchObject({ state: 'not-eligible', log: 'there is no such machine' });
  expect([...runtime.polling.record('gone').excluded]).toEqual([['box', 'there is no such machine']]);
});

test('one that hangs is ended after 30 s and delays nobody', async () => {
  const { clock, runtime } = polled(
    pollsterOf('hangs', async function* (): AsyncGenerator<TakenSample> {
      await new Promise(() => {});
    }),
    pollsterOf('quick', async function* () {
      yield load(1);
    }),
  );
  await clock.runAsync(2_000);
  expect(runtime.collector('quick').state).toBe('ok');
  expect(runtime.collector('hangs').state).toBe('running');
  await clock.runAsync(30_000);
  expect(runtime.collector('hangs')).toMatchObject({ state: 'error', log: 'timeout after 30s' });
});

test('samples without end are cut off', async () => {
  const { clock, runtime } = polled(
    pollsterOf('endless', async function* () {
      for (;;) yield load(1);
    }),
  );
  await clock.runAsync(1_000);
  expect(runtime.collector('endless').log).toContain('gave more than 10000 samples');
});

test('a way to find resources that is unknown is told', async () => {
  const { clock, runtime } = polled(pollsterOf('far', async function* () {}, { discovery: 'local_nod' }));
  await clock.runAsync(1_000);
  expect(runtime.collector('far').log).toBe(
    'no discovery is named "local_nod"; did you mean "local_node"? (known: local_node)',
  );
});

test('a pollster with the name of a collector is not run, and an unknown one is answered with what is close', async () => {
  const { clock, runtime } = polled(
    pollsterOf('other', async function* () {
      yield load(1);
    }),
  );
  await clock.runAsync(1_000);
  expect(runtime.collector('other').results).toEqual({ x: 1 });
  expect(() => runtime.polling.record('othr')).toThrow('did you mean "other"?');
});
