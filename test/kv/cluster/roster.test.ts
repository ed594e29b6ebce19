import { describe, expect, test } from 'vitest';
import { Roster } from '../../../src/kv/cluster/roster.ts';
import type { Candidate } from '../../../src/plugins/kinds.ts';
import { SimulatedClock } from '../../support/clock.ts';

const DELAY_MS = 15_000;
const node = (id: string, more: Partial<Candidate> = {}): Candidate => ({
  ...{ id, state: 'alive', leaving: false, ring: true },
  ...more,
});

describe('who is on the ring', () => {
  test.each([
    ['lives', {}, true, true],
    ['is suspected', { state: 'suspect' }, true, true],
    ['lives, but does not want to', { ring: false }, false, true],
    ['is about to leave', { leaving: true }, false, true],
    ['has left', { state: 'left' }, false, false],
    ['has just died', { state: 'dead' }, true, false],
  ] as const)('one who %s', (_, more, isOnRing, isAlive) => {
    const { members } = new Roster(new SimulatedClock(), DELAY_MS).look([node('b', more), node('a')]);
    expect(members.ring.includes('b')).toBe(isOnRing);
    expect(members.alive.includes('b')).toBe(isAlive);
    expect(members.ring).toEqual([...members.ring].sort());
  });

  test('one who died is off it when the time for a restart is over, unless it comes back before', () => {
    const clock = new SimulatedClock();
    const roster = new Roster(clock, DELAY_MS);
    const dead = [node('a'), node('b', { state: 'dead' })];
    expect(roster.look(dead).againMs).toBe(DELAY_MS);
    clock.run(10_000);
    expect(roster.look(dead)).toMatchObject({ members: { ring: ['a', 'b'] }, againMs: 5_000 });
    expect(roster.look([node('a'), node('b')]).againMs).toBeUndefined();
    expect(roster.look(dead).againMs).toBe(DELAY_MS);
    clock.run(DELAY_MS);
    expect(roster.look(dead)).toEqual({ members: { ring: ['a'], alive: ['a'] }, againMs: undefined });
  });
});
