import { describe, expect, test } from 'vitest';
import type { Dead, JoinIntent, LeaveIntent } from '../../../src/gossip/wire/messages.ts';
import { alive, Bench } from './bench.ts';

const leave = (node: string, lTime: number, prune = false): LeaveIntent => ({
  kind: 'leaveIntent',
  lTime,
  node,
  prune,
});
const join = (node: string, lTime: number): JoinIntent => ({ kind: 'joinIntent', lTime, node });
const dead = (node: string, from = 'carl'): Dead => ({ kind: 'dead', node, incarnation: 1, from });

const bob = (bench: Bench) => bench.core.nodes.get('bob');
const changes = (bench: Bench) =>
  bench.done('member').flatMap(({ change, node }) => (node.name === 'bob' ? [change] : []));
/** Whether intents on someone were told on since the last `forget`. */
const toldOn = (bench: Bench, name = 'bob') =>
  [...bench.wait(20).sent('joinIntent'), ...bench.sent('leaveIntent')].some(({ node }) => node === name);
/** Bob and carl live, and nothing is on its way. */
const pool = () => new Bench().hear(alive('carl'), alive('bob')).wait(900).forget();

describe('an intent that is newer than the last one', () => {
  test.each([
    { kind: 'join', was: 'alive', before: [], status: 'alive', told: [] },
    { kind: 'join', was: 'leaving', before: [leave('bob', 5)], status: 'alive', told: ['member-update'] },
    { kind: 'join', was: 'failed', before: [dead('bob')], status: 'failed', told: [] },
    { kind: 'join', was: 'left', before: [dead('bob', 'bob')], status: 'left', told: [] },
    { kind: 'leave', was: 'alive', before: [], status: 'leaving', told: ['member-update'] },
    { kind: 'leave', was: 'leaving', before: [leave('bob', 5)], status: 'leaving', told: [] },
    { kind: 'leave', was: 'failed', before: [dead('bob')], status: 'left', told: ['member-leave'] },
    { kind: 'leave', was: 'left', before: [dead('bob', 'bob')], status: 'left', told: [] },
  ])('to $kind, about one that is $was, makes it $status', ({ kind, before, status, told }) => {
    const bench = pool()
      .hear(...before)
      .wait(20)
      .forget()
      .hear(kind === 'join' ? join('bob', 9) : leave('bob', 9));
    expect(bob(bench)).toMatchObject({ status, statusLTime: 9 });
    expect(changes(bench)).toEqual(told);
    expect(toldOn(bench)).toBe(true);
    expect(bench.core.snapshot.clocks[0]).toBe(10);
  });
});

test.each([join, leave])('an intent that is not newer is old news', (kind) => {
  const bench = pool().hear(join('bob', 9)).wait(3_000).forget().hear(kind('bob', 9), kind('bob', 8));
  expect(bob(bench)).toMatchObject({ statusLTime: 9, status: 'alive' });
  expect(toldOn(bench)).toBe(false);
});

describe('a death', () => {
  test('after a leave intent is a leave', () => {
    const bench = pool().hear(leave('bob', 5), dead('bob'));
    expect([bob(bench)?.status, changes(bench)]).toEqual(['left', ['member-update', 'member-leave']]);
  });

  test('without one is a failure, unless the member says so itself', () => {
    expect(changes(pool().hear(dead('bob')))).toEqual(['member-failed']);
    expect(changes(pool().hear(dead('bob', 'bob')))).toEqual(['member-leave']);
  });
});

test('who comes is leaving when that was heard before, and alive when it was a join', () => {
  expect(bob(new Bench().hear(leave('bob', 5), alive('bob')))).toMatchObject({ status: 'leaving', statusLTime: 5 });
  expect(bob(new Bench().hear(join('bob', 5), alive('bob')))).toMatchObject({ status: 'alive', statusLTime: 5 });
});

test('an intent about someone unknown is kept for five minutes, and told on only while it is news', () => {
  const bench = pool().hear(leave('eve', 5));
  expect(toldOn(bench, 'eve')).toBe(true);
  bench.wait(5_000).forget().hear(leave('eve', 5), join('eve', 4));
  expect(toldOn(bench, 'eve')).toBe(false);
  bench.wait(301_000).hear(alive('eve'));
  expect(bench.core.nodes.get('eve')?.status).toBe('alive');
});

test('that we leave is refuted by a join of a later time', () => {
  const bench = pool().hear(leave('me', 40)).wait(20);
  expect(bench.sent('joinIntent')).toMatchObject([
    { node: 'me', lTime: 41 },
    { node: 'me', lTime: 41 },
  ]);
  expect(bench.core.self.status).toBe('alive');
});

describe('a leave that also prunes', () => {
  test('forgets one that is gone at once', () => {
    const bench = pool().hear(dead('bob'), leave('bob', 5, true));
    expect([bob(bench), changes(bench).at(-1)]).toEqual([undefined, 'member-reap']);
  });

  test('gives one that is leaving the time to go', () => {
    const bench = pool()
      .hear(leave('bob', 5, true))
      .wait(1_000)
      .hear(dead('bob', 'bob'));
    expect(bob(bench)?.status).toBe('left');
    expect(bob(bench.wait(6_000))).toBeUndefined();
  });

  test('does not forget one that came back meanwhile', () => {
    const bench = pool()
      .hear(leave('bob', 5, true))
      .hear(join('bob', 6))
      .wait(7_000);
    expect(bob(bench)).toBeDefined();
  });
});

test.each([join, leave])('a time beyond the ceiling changes nothing', (kind) => {
  const bench = pool().hear(kind('bob', 2 ** 48 + 1));
  expect([bob(bench)?.statusLTime, bench.core.snapshot.clocks[0], bench.count('dropped_lamport')]).toEqual([0, 1, 1]);
});
