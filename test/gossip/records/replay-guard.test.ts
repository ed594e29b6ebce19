import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReplayGuard } from '../../../src/gossip/records/replay-guard.ts';
import type { OwnMessage } from '../../../src/gossip/wire/messages.ts';

const HOUR = 3_600_000;
const boot = (run: number) => new Uint8Array(8).fill(run);
const message = (counter: number, run = 1): OwnMessage => ({
  kind: 'own',
  boot: boot(run),
  counter,
  ownKind: 1,
  body: new Uint8Array(),
  sender: 'bob',
  version: 1,
});

describe('messages of one run', () => {
  test('are fresh once each, in any order of coming', () => {
    const guard = new ReplayGuard();
    const order = [5, 3, 4, 1_000, 2, 1_027];
    expect(order.map((counter) => guard.judge(message(counter), 1, 0))).toEqual(order.map(() => 'fresh'));
    expect([5, 4, 1_000].map((counter) => guard.judge(message(counter), 1, 0))).toEqual(Array(3).fill('repeated'));
  });

  test('are too old more than 1024 behind the highest', () => {
    const guard = new ReplayGuard();
    guard.judge(message(2_000), 1, 0);
    expect(guard.judge(message(2_000 - 1_023), 1, 0)).toBe('fresh');
    expect(guard.judge(message(2_000 - 1_024), 1, 0)).toBe('replayed');
  });

  test('are never fresh twice, whatever comes between', () => {
    const counters = fc.array(fc.nat(3_000), { maxLength: 200 });
    fc.assert(
      fc.property(counters, (sent) => {
        const guard = new ReplayGuard();
        const fresh = sent.filter((counter) => guard.judge(message(counter), 1, 0) === 'fresh');
        expect(new Set(fresh).size).toBe(fresh.length);
      }),
    );
  });

  test('that come again long after the last new one are a replay', () => {
    const guard = new ReplayGuard();
    guard.judge(message(1), 1, 0);
    expect(guard.judge(message(1), 1, 59_999)).toBe('repeated');
    expect(guard.judge(message(1), 1, HOUR)).toBe('replayed');
  });
});

describe('another run', () => {
  test('is believed only under a higher incarnation than the last was heard under', () => {
    const guard = new ReplayGuard();
    guard.judge(message(1, 1), 4, 0);
    guard.judge(message(2, 1), 6, 0);
    expect(guard.judge(message(1, 2), 6, 0)).toBe('replayed');
    expect(guard.judge(message(1, 2), 7, 0)).toBe('fresh');
  });

  test('that ended is refused for a day, whatever the incarnation', () => {
    const guard = new ReplayGuard();
    for (const run of [1, 2, 3]) guard.judge(message(1, run), run, 0);
    expect([1, 2].map((run) => guard.judge(message(99, run), 50, 23 * HOUR))).toEqual(['replayed', 'replayed']);
    expect(guard.judge(message(2, 3), 50, 23 * HOUR)).toBe('fresh');
  });

  test('of a member that was forgotten meanwhile is a beginning', () => {
    const guard = new ReplayGuard();
    guard.judge(message(1, 1), 4, 0);
    guard.forget('bob');
    expect(guard.judge(message(1, 2), 1, 0)).toBe('fresh');
  });
});

test('a boot id that is none is refused', () => {
  expect(new ReplayGuard().judge({ ...message(1), boot: new Uint8Array(3) }, 1, 0)).toBe('replayed');
});
