import { expect, test } from 'vitest';
import { keepCollectorHistory } from '../../src/agent/collector-history.ts';
import { Bus } from '../../src/base/bus.ts';
import type { CollectorState } from '../../src/model/collector.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { collector } from '../http/fake-parts.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';

async function setUp(shelf = memoryShelf()) {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const history = await keepCollectorHistory({ bus, clock: new SimulatedClock(), shelf });
  const done = (name: string, state: CollectorState, log = '') =>
    bus.emit({ type: 'collector-done', collector: collector(name, { state, log }), changed: true });
  const seen = async () =>
    (await history.changes()).map(({ name, oldState, state, log }) => `${name}: ${oldState} -> ${state} ${log}`.trim());
  return { history, shelf, done, seen };
}

test('only changes of the state are remembered, with the reason', async () => {
  const { done, seen, history } = await setUp();
  done('redis', 'not-eligible', 'Please add the redis group to enable this collector.');
  done('cpu', 'ok');
  done('cpu', 'ok');
  done('cpu', 'error', 'timeout after 10s');
  done('cpu', 'error', 'gone');
  done('cpu', 'ok');
  expect(await seen()).toEqual([
    'redis: pending -> not-eligible Please add the redis group to enable this collector.',
    'cpu: pending -> ok',
    'cpu: ok -> error timeout after 10s',
    'cpu: error -> ok',
  ]);
  history[Symbol.dispose]();
  done('cpu', 'error');
  expect(await seen()).toHaveLength(4);
});

test('a restart after which all is as before is no change', async () => {
  const first = await setUp();
  first.done('cpu', 'ok');
  first.done('disk', 'error', 'no such file');
  const { done, seen } = await setUp(memoryShelf(first.shelf.content));
  done('cpu', 'ok');
  done('disk', 'ok');
  expect((await seen()).slice(2)).toEqual(['disk: error -> ok']);
});

test('a long reason is cut', async () => {
  const { done, history } = await setUp();
  done('web', 'error', 'x'.repeat(10_000));
  expect((await history.changes())[0]?.log).toHaveLength(500);
});
