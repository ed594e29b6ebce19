import { describe, expect, test } from 'vitest';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import { keepSnapshot, keepVersions, recall } from '../../src/gossip/memory.ts';
import { Rejoin } from '../../src/gossip/rejoin.ts';
import type { Trouble } from '../../src/gossip/trouble.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';

const MEMBER = { name: 'bob', id: 'id-bob', zone: 'internet', address: '10.0.0.2', port: 6_768, incarnation: 4 };
const DEAD = { ...MEMBER, name: 'eve', id: 'id-eve', isDead: true };
const OWN = { address: '10.0.0.1', port: 6_768 };
const VERSIONS = { base: 3, checks: 4, services: 0 };
const NOTHING = { members: [], clocks: [1, 1, 1], versions: { base: 0, checks: 0, services: 0 }, left: false, at: 0 };

describe('what a run leaves behind', () => {
  test('is there for the next', async () => {
    const shelf = memoryShelf();
    const kept = { members: [MEMBER, DEAD], own: OWN, clocks: [7, 8, 9], left: true, at: 5 } as const;
    keepSnapshot(shelf, kept);
    keepVersions(shelf, VERSIONS);
    expect(await recall({ shelf, log: silent })).toEqual({ ...kept, versions: VERSIONS });
  });

  test('of an older agent that kept less is good as well', async () => {
    const shelf = memoryShelf([['snapshot', { v: 1, members: [MEMBER], clocks: [7, 8, 9], left: false }]]);
    expect(await recall({ shelf, log: silent })).toMatchObject({ members: [MEMBER], clocks: [7, 8, 9], at: 0 });
  });

  test('is nothing before the first', async () => {
    const troubles: Trouble[] = [];
    expect(await recall({ shelf: memoryShelf(), log: silent, trouble: (trouble) => troubles.push(trouble) })).toEqual(
      NOTHING,
    );
    expect(troubles).toEqual([]);
  });

  test.each([
    null,
    'broken',
    { v: 2, members: [MEMBER], clocks: [1, 1, 1] },
    { v: 1, members: 'none', clocks: [1, 1, 1] },
    { v: 1, members: [MEMBER], clocks: [-1, 'x', 1] },
    { v: 1, members: [MEMBER, { ...MEMBER, port: 70_000 }], clocks: [1, 1, 1] },
    { v: 1, members: [{ ...MEMBER, address: '' }], clocks: [1, 1, 1] },
  ])('that cannot be read is set aside and counts as nothing: %j', async (value) => {
    const shelf = memoryShelf([['snapshot', value]]);
    keepVersions(shelf, VERSIONS);
    const troubles: Trouble[] = [];
    const memory = await recall({ shelf, log: silent, trouble: (trouble) => troubles.push(trouble) });
    expect(memory).toEqual({ ...NOTHING, versions: VERSIONS });
    expect(shelf.content.get('snapshot-unreadable')).toEqual(value);
    expect(shelf.content.has('snapshot')).toBe(false);
    expect(troubles).toMatchObject([{ code: 'snapshot_unreadable' }]);
  });
});

describe('what a Serf agent leaves behind', () => {
  test('is taken when this node has nothing of its own', async () => {
    const serfSnapshot = () => 'alive: bob 10.0.0.2:7946\nclock: 4\n';
    const memory = await recall({ shelf: memoryShelf(), log: silent, serfSnapshot });
    expect(memory).toMatchObject({ members: [{ name: 'bob', port: 7_946 }], clocks: [5, 1, 1] });
    const shelf = memoryShelf();
    keepSnapshot(shelf, { members: [MEMBER], own: OWN, clocks: [7, 8, 9], left: false, at: 5 });
    expect(await recall({ shelf, log: silent, serfSnapshot })).toMatchObject({ members: [MEMBER], clocks: [7, 8, 9] });
  });

  test.each([
    ['rubbish', () => 'rubbish', /no line that serf writes/],
    [
      'not there',
      () => {
        throw new Error('no such file');
      },
      /no such file/,
    ],
  ])('is said to be no good when it is %s', async (_, serfSnapshot, text) => {
    const troubles: Trouble[] = [];
    const trouble = (told: Trouble) => void troubles.push(told);
    expect(await recall({ shelf: memoryShelf(), log: silent, trouble, serfSnapshot })).toEqual(NOTHING);
    expect(troubles).toMatchObject([{ code: 'serf_snapshot_unreadable', text: expect.stringMatching(text) }]);
  });
});

describe('finding back', () => {
  function finding(answers: (address: string) => boolean, lastSeen: readonly string[], seeds: readonly string[]) {
    const clock = new SimulatedClock();
    const tried: { readonly address: string; readonly at: number }[] = [];
    const state = { isAlone: true };
    const rejoin = new Rejoin(
      {
        clock,
        random: seeded(1),
        log: silent,
        join: async (address) => {
          tried.push({ address, at: clock.now() });
          if (!answers(address)) return 'nobody listens there';
          state.isAlone = false;
          return undefined;
        },
        isAlone: () => state.isAlone,
        lastSeen: () => lastSeen,
        tried: () => {},
      },
      seeds,
    );
    return { clock, tried, rejoin, state };
  }

  test('tries members of old first, then the seeds, and stops at the first that answers', async () => {
    const { tried, rejoin } = finding((address) => address === 'seed-1', ['old-1', 'old-2'], ['seed-1', 'seed-2']);
    await rejoin.start();
    expect(tried.map(({ address }) => address).sort()).toEqual(['old-1', 'old-2', 'seed-1']);
    expect(tried.at(-1)?.address).toBe('seed-1');
  });

  test('tries members that had been dead already last', async () => {
    const tried: string[] = [];
    const join = async (address: string) => {
      tried.push(address);
      return 'nobody listens there';
    };
    const [clock, random] = [new SimulatedClock(), seeded(1)];
    const places = { lastSeen: () => ['old'], lastDead: () => ['dead'] };
    const rejoin = new Rejoin({ clock, random, log: silent, join, isAlone: () => true, ...places, tried: () => {} }, [
      'seed',
    ]);
    await rejoin.start();
    rejoin[Symbol.dispose]();
    expect(tried).toEqual(['old', 'seed', 'dead']);
  });

  test('goes on for ever while alone, a second later at first, once a minute in the end', async () => {
    const { clock, tried, rejoin } = finding(() => false, [], ['seed']);
    await rejoin.start();
    await clock.runAsync(600_000);
    const pauses = tried.slice(1).map(({ at }, place) => at - (tried[place]?.at ?? 0));
    expect(pauses[0]).toBeGreaterThan(500);
    expect(pauses[0]).toBeLessThan(1_500);
    expect(Math.max(...pauses)).toBeLessThan(60_001);
    expect(tried.length).toBeGreaterThan(10);
    rejoin[Symbol.dispose]();
    await clock.runAsync(600_000);
    expect(tried).toHaveLength(pauses.length + 1);
  });

  test('looks again when everyone else has gone', async () => {
    const { clock, tried, rejoin, state } = finding(() => true, ['old'], []);
    await rejoin.start();
    await clock.runAsync(300_000);
    expect(tried).toHaveLength(1);
    state.isAlone = true;
    await clock.runAsync(61_000);
    expect(tried).toHaveLength(2);
    rejoin[Symbol.dispose]();
  });
});
