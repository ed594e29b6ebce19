import { describe, expect, test } from 'vitest';
import { Damping } from '../../src/gossip/damping.ts';
import type { NodeState } from '../../src/model/member.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A member whose state changes at times in seconds; what others were shown of it, each time that changed. */
function story(changes: readonly (readonly [at: number, state: NodeState])[], untilSeconds: number) {
  const damping = new Damping();
  const shown: string[] = [];
  let state: NodeState | undefined;
  const show = (at: number, { settled, flapping }: { settled: NodeState; flapping: boolean }) => {
    const text = `${settled}${flapping ? ' flapping' : ''}`;
    if (shown.at(-1)?.endsWith(`: ${text}`)) return;
    shown.push(`${Math.round(at / SECOND)}: ${text}`);
  };
  const passTo = (time: number) => {
    for (let at = damping.wakeAt; at !== undefined && at <= time; at = damping.wakeAt)
      for (const damped of damping.due(at).values()) show(at, damped);
  };
  for (const [seconds, to] of changes) {
    passTo(seconds * SECOND);
    show(seconds * SECOND, damping.judge('web1', { from: state, to }, seconds * SECOND));
    state = to;
  }
  passTo(untilSeconds * SECOND);
  return shown;
}

test('a member that dies and comes back is shown as it is', () => {
  expect(
    story(
      [
        [0, 'alive'],
        [10, 'suspect'],
        [15, 'dead'],
        [60, 'alive'],
      ],
      600,
    ),
  ).toEqual(['0: alive', '10: suspect', '15: dead', '60: alive']);
});

test('a second return within minutes has to last for half a minute', () => {
  const twice = [
    [0, 'alive'],
    [10, 'dead'],
    [20, 'alive'],
    [40, 'dead'],
    [50, 'alive'],
  ] as const;
  expect(story(twice, 600)).toEqual(['0: alive', '10: dead', '20: alive', '40: dead', '80: alive']);
});

test('a member that died long ago may die again as if it never had', () => {
  const rarely = [
    [0, 'alive'],
    [10, 'dead'],
    [20, 'alive'],
    [900, 'dead'],
    [910, 'alive'],
  ] as const;
  expect(story(rarely, 2_000).at(-1)).toBe('910: alive');
});

test('one that is killed every 20 seconds changes three times, flaps, and is calm when it stays', () => {
  const changes: (readonly [number, NodeState])[] = [[0, 'alive']];
  for (let round = 0; round < 10; round += 1) changes.push([10 + 20 * round, 'dead'], [20 + 20 * round, 'alive']);
  const shown = story(changes, 3_600);
  const settled = shown.map((line) => line.split(': ')[1]?.split(' ')[0]);
  // The last return is the one that lasts.
  expect(settled.filter((state, place) => state !== settled[place - 1])).toEqual([
    'alive',
    'dead',
    'alive',
    'dead',
    'alive',
  ]);
  expect(shown.slice(0, 5)).toEqual(['0: alive', '10: dead', '20: alive', '30: dead', '70: dead flapping']);
  expect(shown.at(-2)).toBe('500: alive flapping');
  expect(shown.at(-1)).toMatch(/^1\d\d\d: alive$/);
});

test('leaving on purpose is held against nobody', () => {
  const changes: (readonly [number, NodeState])[] = [[0, 'alive']];
  for (let round = 0; round < 5; round += 1) changes.push([10 + 20 * round, 'left'], [20 + 20 * round, 'alive']);
  expect(story(changes, 200).at(-1)).toBe('100: alive');
  expect(story(changes, 200)).toHaveLength(11);
});

describe('while a return is held back', () => {
  const held = [
    [0, 'alive'],
    [10, 'dead'],
    [20, 'alive'],
    [30, 'dead'],
    [40, 'alive'],
  ] as const;

  test('a suspicion does not begin it anew', () => {
    expect(story([...held, [50, 'suspect'], [52, 'alive']], 600).at(-1)).toBe('70: alive');
  });

  test('what counts is how it is when the time is over', () => {
    expect(story([...held, [69, 'suspect']], 100).at(-1)).toBe('70: suspect');
  });

  test('a leave counts at once', () => {
    expect(story([...held, [50, 'left']], 600).at(-1)).toBe('50: left');
  });
});

test('waits grow to five minutes at most', () => {
  const damping = new Damping();
  let now = 0;
  for (let round = 0; round < 20; round += 1) {
    damping.judge('web1', { from: 'alive', to: 'dead' }, now);
    damping.judge('web1', { from: 'dead', to: 'alive' }, now);
    now += SECOND;
  }
  expect(damping.due(now - SECOND + 5 * MINUTE).get('web1')).toEqual({ settled: 'alive', flapping: true });
});

test('a member that is forgotten begins anew', () => {
  const damping = new Damping();
  for (let round = 0; round < 5; round += 1) {
    damping.judge('web1', { from: 'alive', to: 'dead' }, round);
    damping.judge('web1', { from: 'dead', to: 'alive' }, round);
  }
  damping.forget('web1');
  expect(damping.wakeAt).toBeUndefined();
  expect(damping.judge('web1', { from: undefined, to: 'alive' }, 10)).toEqual({ settled: 'alive', flapping: false });
});
