import { describe, expect, test } from 'vitest';
import { EventRing, eventHash, RING_SIZE } from '../../../src/gossip/serf/event-ring.ts';
import { eventSize } from '../../../src/gossip/serf/events.ts';
import type { PushPull, UserEvent } from '../../../src/gossip/wire/messages.ts';
import { alive, Bench } from './bench.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const event = (lTime: number, name = 'deploy', payload = 'v1'): UserEvent => ({
  kind: 'userEvent',
  lTime,
  name,
  payload: bytes(payload),
  coalesce: false,
});
const kept = (lTime: number, at = 0, name = 'e', payload = bytes('p')) => ({
  lTime,
  name,
  payload,
  hash: eventHash(lTime, name, payload),
  at,
});

describe('the ring of events', () => {
  test('takes each event once; those of one time beside each other', () => {
    const ring = new EventRing();
    expect(ring.add(kept(3), 4)).toBe(true);
    expect(ring.add(kept(3), 4)).toBe(false);
    expect(ring.add(kept(3, 0, 'e', bytes('q')), 4)).toBe(true);
    expect(ring.entries(4)).toEqual([
      {
        lTime: 3,
        events: [
          { name: 'e', payload: bytes('p') },
          { name: 'e', payload: bytes('q') },
        ],
      },
    ]);
  });

  test.each([
    [1_000, 1_001, true],
    [1_000, 1_000 + RING_SIZE, true],
    [1_000, 1_001 + RING_SIZE, false],
    [1_000, 1_000, false],
  ])('time %i with a clock of %i: %s', (lTime, time, isTaken) => {
    expect(new EventRing().add(kept(lTime), time)).toBe(isTaken);
  });

  test('forgets what the clock has left behind, also in its digest', () => {
    const ring = new EventRing();
    ring.add(kept(1), 2);
    ring.add(kept(600), 601);
    expect(ring.events(601).map(({ lTime }) => lTime)).toEqual([600]);
    expect(ring.digest(10_000, 601)).toBe(kept(600).hash);
    expect(ring.add(kept(600 + RING_SIZE), 601 + RING_SIZE)).toBe(true);
    expect(ring.has(600, kept(600).hash)).toBe(false);
  });

  test('counts an event in the digest once it is more than two seconds old', () => {
    const ring = new EventRing();
    ring.add(kept(1, 0), 2);
    ring.add(kept(2, 1_000), 3);
    expect([1_500, 2_500, 3_500].map((now) => ring.digest(now, 3))).toEqual([
      0n,
      kept(1).hash,
      kept(1).hash ^ kept(2).hash,
    ]);
  });

  test('holds only so many bytes; then the oldest times are given up for good', () => {
    const ring = new EventRing();
    const big = new Uint8Array(9_000);
    for (let lTime = 1; lTime <= RING_SIZE; lTime += 1) ring.add(kept(lTime, 0, 'e', big), RING_SIZE + 1);
    const held = ring.events(RING_SIZE + 1);
    expect(held.reduce((sum, { payload }) => sum + payload.length, 0)).toBeLessThanOrEqual(4 * 1_024 * 1_024);
    expect(held.at(-1)?.lTime).toBe(RING_SIZE);
    expect(ring.add(kept(1), RING_SIZE + 1)).toBe(false);
  });
});

describe('an event from the network', () => {
  test('is told to us once, told on, and moves the clock', () => {
    const bench = new Bench().hear(alive('bob')).wait(3_000).forget();
    bench.hear(event(7)).hear(event(7)).wait(1_000);
    expect(bench.done('event')).toMatchObject([{ name: 'deploy', lTime: 7, replayed: false }]);
    expect(bench.sent('userEvent').length).toBeGreaterThan(0);
    expect(bench.core.serf.events.time).toBe(8);
  });

  test('of the time before a restart is no news, and neither is what a push/pull tells of it', () => {
    const bench = new Bench([1, 10, 1]).hear(alive('bob')).hear(event(9)).hear(event(10)).wait(1_000);
    expect(bench.done('event').map(({ lTime }) => lTime)).toEqual([10]);
  });

  test('with a time beyond the ceiling is dropped, and the clock stands', () => {
    const bench = new Bench().hear(event(2 ** 48 + 1));
    expect(bench.done('event')).toEqual([]);
    expect([bench.core.serf.events.time, bench.count('dropped_lamport')]).toEqual([1, 1]);
  });

  test('that is larger than any agent sends is dropped', () => {
    const bench = new Bench().hear(event(1, 'e', 'x'.repeat(10_000)));
    expect([bench.done('event').length, bench.count('dropped_event_too_large')]).toEqual([0, 1]);
  });

  test('that fits into no datagram is not put into the queue, where it would stay for ever', () => {
    const bench = new Bench().hear(alive('bob')).hear(event(1, 'e', 'x'.repeat(5_000)));
    expect(bench.done('event')).toHaveLength(1);
    expect(bench.core.queueDepths.get('event')).toBe(0);
  });
});

describe('an event of ours', () => {
  test('is told to us too, and our own word coming back is no news', () => {
    const bench = new Bench().hear(alive('bob'));
    bench.give({ type: 'tellEvent', name: 'deploy', payload: bytes('v1') }).hear(event(1));
    expect(bench.done('event')).toHaveLength(1);
  });

  test.each([
    ['the whole message', 'e', 'x'.repeat(500), 531],
    ['a name of more bytes than letters', 'é', '', 30],
  ])('is as large as %s', (_, name, payload, size) => {
    expect(eventSize(name, bytes(payload), 1)).toBe(size);
  });
});

describe('with a push/pull', () => {
  const asked = (events: NonNullable<PushPull['serf']>['events']): PushPull => ({
    kind: 'pushPull',
    join: true,
    nodes: [],
    serf: { lTime: 1, eventLTime: 6, queryLTime: 1, statusLTimes: new Map(), leftMembers: [], events },
  });

  test('goes every event of the ring, and comes what others remember, marked as replayed and not told on', () => {
    const bench = new Bench().hear(alive('bob')).hear(event(3)).wait(5_000).forget();
    const message = asked([null, { lTime: 5, events: [{ name: 'old', payload: bytes('x') }] }]);
    bench.give({ type: 'asked', stream: 1, message }).wait(1_000);
    const [answer] = bench.done('answer');
    expect(answer?.message).toMatchObject({ serf: { eventLTime: 4, events: [{ lTime: 3 }] } });
    expect(bench.done('event')).toMatchObject([{ name: 'old', lTime: 5, replayed: true }]);
    expect(bench.sent('userEvent')).toEqual([]);
  });

  test('a flood of events is cut off', () => {
    const events = Array.from({ length: 9_000 }, () => ({ name: 'x', payload: bytes('y') }));
    const bench = new Bench().give({ type: 'asked', stream: 1, message: asked([{ lTime: 5, events }]) });
    expect(bench.count('dropped_too_many')).toBe(9_000 - 8_192);
  });
});
