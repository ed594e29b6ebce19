import { describe, expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import { type Node, OUR_VERSIONS } from '../../src/gossip/core/node.ts';
import { Roster } from '../../src/gossip/core/roster.ts';

const member = (name: string, change: Partial<Node> = {}): Node => ({
  name,
  address: '10.0.0.1',
  port: 7_000,
  incarnation: 1,
  meta: new Uint8Array(0),
  tags: new Map(),
  versions: OUR_VERSIONS,
  state: 'alive',
  status: 'alive',
  statusLTime: 0,
  listed: true,
  changedAt: 0,
  ...change,
});

function rosterOf(size: number): Roster {
  const roster = new Roster(seeded(1));
  for (let place = 0; place < size; place += 1) roster.set(member(`n${place}`));
  return roster;
}

const round = (roster: Roster): string[] =>
  Array.from({ length: roster.size - 1 }, () => roster.nextToProbe('n0', () => {})?.name ?? '');

test('a round of probes meets every other member once', () => {
  const roster = rosterOf(50);
  expect(new Set(round(roster)).size).toBe(49);
});

describe('who is no longer listed', () => {
  test('is neither probed nor told nor chosen, and counts no more', () => {
    const roster = rosterOf(10);
    roster.set(member('n3', { state: 'dead', status: 'failed', listed: false }));
    roster.delete('n4');
    expect(roster.size).toBe(8);
    const met = new Set([
      ...round(roster),
      ...roster.nextToTell(99, () => true).map(({ name }) => name),
      ...roster.sample(99, () => true).map(({ name }) => name),
    ]);
    expect([...met].filter((name) => name === 'n3' || name === 'n4')).toEqual([]);
    expect(met.size).toBe(8);
  });

  test('is met once a round when it is listed again', () => {
    const roster = rosterOf(10);
    roster.set(member('n3', { listed: false }));
    roster.set(member('n3'));
    roster.delete('n4');
    roster.set(member('n4'));
    expect(
      roster
        .nextToTell(99, () => true)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(Array.from({ length: 10 }, (_, place) => `n${place}`));
  });

  test('may be most of the pool', () => {
    const roster = rosterOf(100);
    for (let place = 10; place < 100; place += 1) roster.set(member(`n${place}`, { listed: false, state: 'dead' }));
    expect(new Set(round(roster)).size).toBe(9);
    expect(roster.sample(3, () => true)).toHaveLength(3);
  });
});

test('it knows how many live and who is lost: dead without having said goodbye', () => {
  const roster = rosterOf(5);
  roster.set(member('n1', { state: 'suspect' }));
  roster.set(member('n2', { state: 'dead', status: 'failed' }));
  roster.set(member('n3', { state: 'dead', status: 'failed' }));
  roster.set(member('n4', { state: 'left', status: 'left' }));
  expect([roster.aliveCount, ...roster.lost]).toEqual([1, 'n2', 'n3']);
  roster.set(member('n2'));
  roster.set(member('n3', { state: 'dead', status: 'left' }));
  expect([roster.aliveCount, ...roster.lost]).toEqual([2]);
  roster.set(member('n2', { state: 'dead', status: 'failed' }));
  roster.delete('n2');
  expect([roster.aliveCount, ...roster.lost]).toEqual([1]);
});
