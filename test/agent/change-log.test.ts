import { expect, test } from 'vitest';
import { ChangeLog } from '../../src/agent/change-log.ts';
import { keepConfigHistory } from '../../src/agent/config-history.ts';
import { keepHandlerHistory } from '../../src/agent/handler-history.ts';
import { Bus } from '../../src/base/bus.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { ALERT } from '../support/alert.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';

interface Change {
  readonly number: number;
  readonly at: number;
}

const HOUR_MS = 3_600_000;
const limits = { keepMs: 24 * HOUR_MS, maxBytes: 1_000_000 };

async function logOf(over: Partial<typeof limits> = {}) {
  const clock = new SimulatedClock();
  const shelf = memoryShelf();
  const log = await ChangeLog.open<Change>(shelf, clock, { ...limits, ...over });
  const add = (count: number) => {
    for (let number = 0; number < count; number++) log.add((stamp) => stamp);
  };
  const numbers = async () => (await log.changes()).map(({ number }) => number);
  return { clock, shelf, log, add, numbers };
}

test('what is older than is kept is shown no more, and gone from the disk when the history is opened again', async () => {
  const { clock, shelf, add, numbers } = await logOf();
  add(2);
  clock.run(23 * HOUR_MS);
  add(1);
  clock.run(2 * HOUR_MS);
  expect(await numbers()).toEqual([3]);
  await ChangeLog.open<Change>(shelf, clock, limits);
  expect((await shelf.load()).size).toBe(1);
});

test('the oldest go first when there is more than may lie on the disk', async () => {
  const { shelf, add, numbers } = await logOf({ maxBytes: 3 * 1_024 });
  add(10);
  expect(await numbers()).toEqual([8, 9, 10]);
  expect((await shelf.load()).size).toBe(3);
});

test('a smaller limit counts at once, and numbers go on', async () => {
  const { shelf, log, add, numbers } = await logOf();
  add(10);
  await log.limit({ ...limits, maxBytes: 2 * 1_024 });
  expect(await numbers()).toEqual([9, 10]);
  expect((await shelf.load()).size).toBe(2);
  add(1);
  expect(await numbers()).toEqual([10, 11]);
});

test('two changes of one moment are two', async () => {
  const { add, numbers } = await logOf();
  add(2);
  expect(await numbers()).toEqual([1, 2]);
});

test('what handlers told and gave up is remembered with whom it was told to', async () => {
  const bus = new Bus<AgentEvent>(() => {});
  using history = await keepHandlerHistory({ bus, clock: new SimulatedClock(), shelf: memoryShelf(), limits });
  const told = (handler: string, at: number) => [handler, { state: 'sent', at, count: 1 }] as const;
  const alert = { ...ALERT, notified: new Map([told('mail', 1), told('slack', 2)]) };
  bus.emit({ type: 'alert-change', action: 'fired', alert });
  bus.emit({ type: 'alert-change', action: 'notified', alert });
  bus.emit({ type: 'alert-change', action: 'failed', alert });
  const seen = (await history.changes()).map(({ type, handler }) => `${handler} ${type}`);
  expect(seen).toEqual(['slack sent', 'slack failed']);
});

test('what was changed from outside is cut to a bearable length', async () => {
  const history = await keepConfigHistory({ clock: new SimulatedClock(), shelf: memoryShelf(), limits });
  history.record({ type: 'write', who: 'ci', what: `PUT /kv/${'a'.repeat(5_000)}`, result: 'ok' });
  const [change] = await history.changes();
  expect(change).toMatchObject({ number: 1, who: 'ci', result: 'ok' });
  expect(change?.what).toHaveLength(512);
});
