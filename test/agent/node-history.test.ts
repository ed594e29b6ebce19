import { expect, test } from 'vitest';
import { KeptNodeHistory } from '../../src/agent/node-history.ts';
import { Bus } from '../../src/base/bus.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { Member } from '../../src/model/member.ts';
import { SimulatedClock } from '../support/clock.ts';
import { member } from '../support/nodes.ts';
import { memoryShelf } from '../support/shelf.ts';

const LIMITS = { keepMs: 30 * 86_400_000, maxBytes: 100 * 1_024 ** 2 };

async function setUp({ shelf = memoryShelf(), clock = new SimulatedClock(), limits = LIMITS } = {}) {
  const failures: unknown[] = [];
  const bus = new Bus<AgentEvent>((error) => failures.push(error));
  const history = await KeptNodeHistory.open({ bus, clock, shelf, reasonOf: (name) => `why ${name}`, ...limits });
  const seen = async () =>
    (await history.changes()).map(({ type, oldState, state, old, now }) =>
      [type, ...(old === undefined && now === undefined ? [oldState, state] : [old, now])].join(' '),
    );
  return { bus, shelf, clock, history, seen, failures };
}

const A = member('a');
const dead: Member = { ...A, state: 'dead' };

test('a node comes, dies, returns and is forgotten', async () => {
  const { bus, seen, history } = await setUp();

  bus.emit({ type: 'member-join', member: A });
  bus.emit({ type: 'member-suspect', member: { ...A, state: 'suspect' }, before: A });
  bus.emit({ type: 'member-failed', member: dead, before: { ...A, state: 'suspect' } });
  bus.emit({ type: 'member-join', member: A, before: dead });
  bus.emit({ type: 'member-reap', member: A, before: A });
  expect(await seen()).toEqual([
    'new  alive',
    'node-state-change alive suspect',
    'node-state-change suspect dead',
    'node-state-change dead alive',
    'reaped alive alive',
  ]);
  expect((await history.changes())[2]).toMatchObject({ name: 'name-a', reason: 'why name-a', incarnation: 1 });
});

test('groups, zone and address are told with what they were', async () => {
  const { bus, seen } = await setUp();

  const moved = { ...A, address: '::1', zone: 'lan', incarnation: 2 };
  bus.emit({ type: 'record-change', part: 'base', member: { ...A, groups: ['kv'] }, before: A });
  bus.emit({ type: 'record-change', part: 'checks', member: { ...A, groups: ['x'] }, before: A });
  bus.emit({ type: 'member-update', member: moved, before: A });
  bus.emit({ type: 'record-change', part: 'base', member: A, before: { ...A, version: '', groups: [] } });
  expect(await seen()).toEqual([
    'group-add  kv',
    'group-remove linux ',
    'address-change 127.0.0.1:6768 [::1]:6768',
    'zone-change internet lan',
  ]);
});

test('an agent that starts again tells only what changed meanwhile', async () => {
  const first = await setUp();
  first.bus.emit({ type: 'member-join', member: A });
  first.bus.emit({ type: 'member-join', member: member('b') });

  const { bus, seen, history } = await setUp({ shelf: memoryShelf(first.shelf.content) });
  bus.emit({ type: 'member-join', member: A });
  bus.emit({ type: 'member-failed', member: member('b', { state: 'dead' }) });
  expect(await seen()).toEqual(['new  alive', 'new  alive', 'node-state-change alive dead']);
  expect((await history.changes()).map(({ number }) => number)).toEqual([1, 2, 3]);
});

test('only the last 10,000 changes of 30 days are kept', async () => {
  const { bus, seen, shelf, clock, history } = await setUp();

  for (let n = 0; n < 5_100; n += 1) {
    bus.emit({ type: 'member-failed', member: dead, before: A });
    bus.emit({ type: 'member-join', member: A, before: dead });
  }
  expect(await seen()).toHaveLength(10_000);
  expect((await history.changes()).at(-1)?.number).toBe(10_200);
  expect(shelf.content.size).toBe(10_001);
  clock.run(31 * 86_400_000);
  expect(await seen()).toEqual([]);
  const again = memoryShelf(shelf.content);
  await setUp({ shelf: again, clock });
  expect(again.content.size).toBe(1);
});

test('of less room the last changes that fit are kept, at once when it becomes less', async () => {
  const { bus, seen, shelf, history, clock } = await setUp({ limits: { ...LIMITS, maxBytes: 10 * 1_024 } });
  const changes = () => [...shelf.content.keys()].filter((key) => key.startsWith('change:')).length;

  for (let n = 0; n < 20; n += 1) {
    bus.emit({ type: 'member-failed', member: dead, before: A });
    bus.emit({ type: 'member-join', member: A, before: dead });
  }
  expect([(await seen()).length, changes()]).toEqual([10, 10]);
  await history.limit({ ...LIMITS, maxBytes: 3 * 1_024 });
  expect([(await history.changes()).map(({ number }) => number), changes()]).toEqual([[38, 39, 40], 3]);
  clock.run(60_000);
  await history.limit({ ...LIMITS, keepMs: 59_000 });
  expect([await seen(), changes()]).toEqual([[], 0]);
});

test('what is not on disk yet is told all the same', async () => {
  const { content, ...lazy } = memoryShelf();
  const { bus, seen } = await setUp({ shelf: { ...lazy, content, put: () => {} } });

  bus.emit({ type: 'member-join', member: A });
  expect(await seen()).toEqual(['new  alive']);
});

test('a history without reasons, and a shelf with strange things, are no failure', async () => {
  const shelf = memoryShelf([
    ['change:1', null],
    ['change:2', { number: 'x', at: 1 }],
    ['change:3', { number: 3 }],
  ]);
  const bus = new Bus<AgentEvent>(() => {});
  const reasonOf = () => {
    throw new Error('no such member');
  };
  using history = await KeptNodeHistory.open({ bus, clock: new SimulatedClock(), shelf, reasonOf, ...LIMITS });
  bus.emit({ type: 'member-join', member: A });
  expect(await history.changes()).toMatchObject([{ number: 1, reason: '' }]);
});

test('when it is closed it hears nothing more', async () => {
  const { bus, history, seen } = await setUp();

  history[Symbol.dispose]();
  bus.emit({ type: 'member-join', member: A });
  expect(await seen()).toEqual([]);
});
