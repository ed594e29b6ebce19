import { expect, test } from 'vitest';
import { keepCheckHistory } from '../../src/agent/check-history.ts';
import { Bus } from '../../src/base/bus.ts';
import type { CheckRecord } from '../../src/model/check.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { SimulatedClock } from '../support/clock.ts';
import { check, service } from '../support/nodes.ts';
import { memoryShelf } from '../support/shelf.ts';

async function setUp() {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const history = await keepCheckHistory({ bus, clock: new SimulatedClock(), shelf: memoryShelf() });
  const seen = async () =>
    (await history.changes()).map(({ name, oldState, state, hard, output }) =>
      [name, oldState, state, hard ? 'hard' : 'soft', output].join(' '),
    );
  const change = (before: Partial<CheckRecord>, after: Partial<CheckRecord>) =>
    bus.emit({ type: 'check-change', before: check('a', before), check: check('a', after), result: null });
  return { bus, history, seen, change };
}

test('changes of the state and of whether it is confirmed are remembered, nothing else', async () => {
  const { seen, change } = await setUp();
  change({ state: 'ok' }, { state: 'critical', hard: false, output: 'bad' });
  change({ state: 'critical', hard: false }, { state: 'critical', hard: true, output: 'x'.repeat(5_000) });
  change({ state: 'critical' }, { state: 'critical', suppressedBy: ['b'] });
  expect(await seen()).toEqual(['a ok critical soft bad', `a critical critical hard ${'x'.repeat(4_096)}`]);
});

test('a result that came too late is remembered with its own time', async () => {
  const { bus, history } = await setUp();
  bus.emit({ type: 'check-late', check: check('a'), result: { state: 'warning', output: 'old' }, at: 7 });
  expect(await history.changes()).toMatchObject([
    { name: 'a', state: 'warning', hard: false, output: 'old', lastCheck: 7 },
  ]);
});

test('a service is remembered when its state changes', async () => {
  const { bus, seen, history } = await setUp();
  const [ok, bad] = [
    service('db', { oldState: 'ok' }),
    service('db', { state: 'critical', oldState: 'ok', output: 'down' }),
  ];
  bus.emit({ type: 'service-change', name: 'db', service: ok, before: null });
  bus.emit({ type: 'service-change', name: 'db', service: bad, before: ok });
  expect(await seen()).toEqual(['service db ok critical hard down']);
  history[Symbol.dispose]();
  bus.emit({ type: 'service-change', name: 'db', service: null, before: bad });
});
