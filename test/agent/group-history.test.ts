import { expect, test } from 'vitest';
import { keepGroupHistory } from '../../src/agent/group-history.ts';
import { Bus } from '../../src/base/bus.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';

async function setUp({ shelf = memoryShelf(), clock = new SimulatedClock() } = {}) {
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const history = await keepGroupHistory({ bus, clock, shelf });
  const change = (add: readonly string[], remove: readonly string[] = [], from: [string, readonly string[]][] = []) =>
    bus.emit({ type: 'groups-change', groups: [], add, remove, from: new Map(from) });
  const seen = async () =>
    (await history.changes()).map(({ number, type, group, from }) => [number, type, group, ...from].join(' '));
  return { bus, shelf, clock, history, change, seen };
}

test('groups that came and went are remembered with the detectors behind them, over a restart too', async () => {
  const first = await setUp();
  first.change(['linux', 'kv'], [], [['linux', ['system/os']]]);
  first.change([], ['kv']);

  const { change, seen, history } = await setUp({ shelf: memoryShelf(first.shelf.content) });
  change(['web'], [], [['web', ['a/a', 'b/b']]]);
  expect(await seen()).toEqual(['1 add linux system/os', '2 add kv', '3 remove kv', '4 add web a/a b/b']);
  history[Symbol.dispose]();
  change(['db']);
  expect(await seen()).toHaveLength(4);
});

test('only the last 10,000 changes of 30 days are kept, and strange things on the shelf are no failure', async () => {
  const strange = memoryShelf([
    ['change:1', null],
    ['change:2', { number: 'x', at: 1 }],
  ]);
  const { change, seen, shelf, clock } = await setUp({ shelf: strange });
  expect(shelf.content.size).toBe(0);
  for (let n = 0; n < 5_100; n += 1) {
    change(['a']);
    change([], ['a']);
  }
  expect(await seen()).toHaveLength(10_000);
  expect(shelf.content.size).toBe(10_000);
  clock.run(31 * 86_400_000);
  expect(await seen()).toEqual([]);
  await setUp({ shelf, clock });
  expect(shelf.content.size).toBe(0);
});

test('what is not on disk yet is told all the same', async () => {
  const { content, ...lazy } = memoryShelf();
  const { change, seen } = await setUp({ shelf: { ...lazy, content, put: () => {} } });
  change(['a']);
  expect(await seen()).toEqual(['1 add a']);
});
