import { describe, expect, test } from 'vitest';
import { silent } from '../../src/base/log.ts';
import type { Remembered } from '../../src/gossip/core/effect.ts';
import { formerPlace, Moving, waitBeforeJoin } from '../../src/gossip/moving.ts';
import type { Endpoint } from '../../src/net/address.ts';
import { SimulatedClock } from '../support/clock.ts';
import { alive, Bench } from '../support/core-bench.ts';
import { memoryShelf } from '../support/shelf.ts';

const OLD = { address: '10.0.0.8', port: 1 };

test.each([
  // age of the last sign of life, members, plain Serf agents, patience; how long is waited
  [0, 10, true, true, 1_000],
  [3_000, 10, true, true, 1_000],
  [5_000, 10, true, true, 45_000],
  [49_500, 10, true, true, 1_000],
  [5_000, 500, true, true, 120_000],
  [5_000, 10, false, true, 1_000],
  [5_000, 10, true, false, 1_000],
  [-60_000, 10, true, true, 1_000],
])('last seen %i ms ago among %i, mixed %s, patient %s: %i ms pass before it joins', (...row) => {
  const [age, members, isMixed, isPatient, ms] = row;
  expect(waitBeforeJoin({ now: 1_000_000, seen: 1_000_000 - age, members, isMixed, isPatient })).toBe(ms);
});

describe('a node that starts', () => {
  const member = (name: string, id: string): Remembered => {
    return { name, id, zone: '', address: '10.0.0.2', port: 5, incarnation: 1 };
  };

  async function starting(former: Endpoint | undefined, members: readonly Remembered[], left = false) {
    const clock = new SimulatedClock();
    const shelf = memoryShelf();
    const told: (readonly Endpoint[])[] = [];
    let readyAt: number | undefined;
    const { core } = new Bench().hear(alive('serf'));
    const moving = new Moving({
      clock,
      shelf,
      log: silent,
      core,
      former: former && { ...former, seen: clock.wall() - 5_000 },
      memory: { left, members },
      tell: (to) => told.push(to),
    });
    void moving.ready(['127.0.0.9:7']).then(() => {
      readyAt = clock.now();
    });
    await clock.runAsync(0);
    return { clock, shelf, told, moving, readyAt: () => readyAt };
  }

  test('where it was before joins at once', async () => {
    const { told, readyAt, moving } = await starting({ address: '10.0.0.1', port: 1 }, [member('bob', 'id')]);
    expect([told, readyAt()]).toEqual([[], 0]);
    moving[Symbol.dispose]();
  });

  test.each([
    [[member('bob', 'id')], 1_000],
    [[member('bob', 'id'), member('plain', '')], 37_000],
  ])('elsewhere tells all that it left, and waits', async (members, ms) => {
    const { clock, told, readyAt, moving } = await starting(OLD, members);
    await clock.runAsync(ms - 1);
    expect(told).toEqual([[...members, { address: '127.0.0.9', port: 7 }]]);
    expect(readyAt()).toBeUndefined();
    await clock.runAsync(1);
    expect(readyAt()).toBe(ms);
    moving[Symbol.dispose]();
  });

  test('elsewhere after a leave has nothing to tell', async () => {
    const { told, readyAt, moving } = await starting(OLD, [member('bob', 'id')], true);
    expect([told, readyAt()]).toEqual([[], 0]);
    moving[Symbol.dispose]();
  });

  test('waits no longer when it ends', async () => {
    const { clock, readyAt, moving } = await starting(OLD, [member('bob', 'id')]);
    moving[Symbol.dispose]();
    await clock.runAsync(0);
    expect(readyAt()).toBe(0);
  });

  test('keeps where it is, and that it lives while plain Serf agents want to know', async () => {
    const { clock, shelf, moving } = await starting(undefined, []);
    await clock.runAsync(60_000);
    expect(await formerPlace(shelf)).toEqual({ address: '10.0.0.1', port: 1, seen: clock.wall() });
    moving[Symbol.dispose]();
  });
});

test.each([
  [undefined],
  ['text'],
  [{ v: 2, address: '10.0.0.1', port: 1, seen: 1 }],
  [{ v: 1, address: '', port: 1, seen: 1 }],
  [{ v: 1, address: '10.0.0.1', port: '1', seen: 1 }],
])('a place that cannot be read is unknown: %j', async (kept) => {
  expect(await formerPlace(memoryShelf([['place', kept]]))).toBeUndefined();
});

test('the word of a move is a leave and a death of the former incarnation, said twice, with nothing else', () => {
  const bench = new Bench().hear(alive('bob')).wait(3_000).forget();
  const before = bench.core.snapshot.clocks[0];
  bench.step({ type: 'move', to: [OLD], incarnation: 4 }).wait(500);
  const sent = bench.effects.filter((effect) => effect.type === 'send' && effect.to.address === OLD.address);
  const word = [
    { kind: 'leaveIntent', node: 'me', lTime: before, prune: false },
    { kind: 'dead', node: 'me', incarnation: 4, from: 'me' },
  ];
  expect(sent).toMatchObject([{ messages: word }, { messages: word }]);
  expect(bench.state('me')).toBe('alive');
  expect(bench.core.snapshot.clocks[0]).toBe(before + 1);
});

test('whoever gets that word believes the new address', () => {
  const bench = new Bench().hear(alive('bob', 4));
  const moved = { ...alive('bob', 5), address: '10.0.0.77' };
  bench.hear(
    { kind: 'leaveIntent', node: 'bob', lTime: 9, prune: false },
    { kind: 'dead', node: 'bob', incarnation: 4, from: 'bob' },
  );
  expect(bench.state('bob')).toBe('left');
  bench.hear(moved, { kind: 'joinIntent', node: 'bob', lTime: 10 });
  expect(bench.state('bob')).toBe('alive');
  expect(bench.core.nodes.get('bob')?.address).toBe('10.0.0.77');
});
