import { describe, expect, test } from 'vitest';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import { keepSnapshot, keepVersions, recall } from '../../src/gossip/memory.ts';
import { Rejoin } from '../../src/gossip/rejoin.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';

const MEMBER = { name: 'bob', id: 'id-bob', zone: 'internet', address: '10.0.0.2', port: 6_768, incarnation: 4 };
const NOTHING = { members: [], clocks: [1, 1, 1], versions: { base: 0, checks: 0, services: 0 }, left: false };

describe('what a run leaves behind', () => {
  test('is there for the next', async () => {
    const shelf = memoryShelf();
    keepSnapshot(shelf, { members: [MEMBER], clocks: [7, 8, 9] }, 'left');
    keepVersions(shelf, { base: 3, checks: 4, services: 0 });
    const versions = { base: 3, checks: 4, services: 0 };
    expect(await recall(shelf)).toEqual({ members: [MEMBER], clocks: [7, 8, 9], versions, left: true });
  });

  test.each([
    [[]],
    [[['snapshot', null]]],
    [
      [
        ['snapshot', 'broken'],
        ['versions', 7],
      ],
    ],
    [[['snapshot', { v: 2, members: [MEMBER] }]]],
    [[['snapshot', { v: 1, members: 'none', clocks: [-1, 'x'] }]]],
    [[['snapshot', { v: 1, members: [null, 5, {}, { ...MEMBER, port: 70_000 }, { ...MEMBER, address: '' }] }]]],
  ] as [[string, unknown][]][])('that cannot be read counts as nothing: %j', async (content) => {
    expect(await recall(memoryShelf(content))).toEqual(NOTHING);
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
