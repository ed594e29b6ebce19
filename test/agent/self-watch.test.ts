import { expect, test } from 'vitest';
import { Health } from '../../src/agent/health.ts';
import { type Room, SelfWatch } from '../../src/agent/self-watch.ts';
import type { HandlerRecord } from '../../src/model/handler.ts';
import { SimulatedClock } from '../support/clock.ts';

const MINUTE_MS = 60_000;
const HANDLER: HandlerRecord = {
  ...{ id: 'mail', type: 'mail', state: 'ok', error: '', remark: '', pending: 0, dead: 0, sent: 0, failed: 0 },
  ...{ dropped: 0, lastSuccess: null, lastFailure: null, lastSeconds: 0, isHeldBack: false },
};

function setUp() {
  const clock = new SimulatedClock();
  const health = new Health(clock);
  const state = {
    late: 0,
    drops: 0,
    handlers: [HANDLER] as HandlerRecord[],
    room: { freeBytes: 50e9, allBytes: 100e9 } as Room,
  };
  const watch = new SelfWatch({
    ...{ clock, health, directory: '/data' },
    room: async () => state.room,
    lateness: () => state.late,
    handlers: () => state.handlers,
    drops: () => state.drops,
  });
  const told = () => health.report().reasons.map(({ part, code, text }) => `${part} ${code}: ${text}`);
  return { clock, state, watch, told };
}

test('an agent that is well says nothing', async () => {
  const { clock, told } = setUp();
  await clock.runAsync(10 * MINUTE_MS);
  expect(told()).toEqual([]);
});

test.each([
  [5_000, 'forward by 5 s'],
  [-3_600_000, 'back by 3600 s'],
])('a clock that was set by %d ms is told for ten minutes', async (jump, text) => {
  const { clock, told } = setUp();
  clock.jumpWall(jump);
  await clock.runAsync(MINUTE_MS);
  expect(told()).toEqual([`clock jump: the clock of this machine was set ${text}`]);
  await clock.runAsync(11 * MINUTE_MS);
  expect(told()).toEqual([]);
});

test('a clock that drifts as clocks do is no trouble', async () => {
  const { clock, told } = setUp();
  for (let times = 0; times < 20; times++) {
    clock.jumpWall(200);
    await clock.runAsync(30_000);
  }
  expect(told()).toEqual([]);
});

test('timers that run late for a minute are told, until a minute in which they do not', async () => {
  const { clock, state, told } = setUp();
  state.late = 350;
  await clock.runAsync(MINUTE_MS);
  expect(told()).toEqual([expect.stringContaining('process slow: timers run 350 ms late')]);
  state.late = 3;
  await clock.runAsync(MINUTE_MS);
  expect(told()).toEqual([]);
});

test.each([
  ['99 MB of 1 GB', { freeBytes: 99e6, allBytes: 1e9 }, true],
  ['4 % of a large disk', { freeBytes: 40e9, allBytes: 1_000e9 }, true],
  ['6 % of a large disk', { freeBytes: 60e9, allBytes: 1_000e9 }, false],
  ['101 MB of 1 GB', { freeBytes: 101e6, allBytes: 1e9 }, false],
])('%s that are free: low is %s', async (_, room, isLow) => {
  const { clock, state, told } = setUp();
  state.room = room;
  await clock.runAsync(MINUTE_MS);
  expect(told().some((text) => text.startsWith('disk low'))).toBe(isLow);
});

test('a handler that fails is told after five minutes, and until it tells somebody again', async () => {
  const { clock, state, told } = setUp();
  state.handlers = [{ ...HANDLER, state: 'error', error: 'refused' }];
  await clock.runAsync(5 * MINUTE_MS);
  expect(told()).toEqual([]);
  await clock.runAsync(MINUTE_MS);
  expect(told()).toEqual(['handlers failing: nobody is told by mail (refused)']);
  state.handlers = [HANDLER];
  await clock.runAsync(MINUTE_MS);
  expect(told()).toEqual([]);
});

test('packets that are thrown away minute after minute are told', async () => {
  const { clock, state, told } = setUp();
  const aMinuteOf = async (drops: number) => {
    state.drops += drops;
    await clock.runAsync(MINUTE_MS);
  };
  for (const drops of [500, 500]) await aMinuteOf(drops);
  expect(told()).toEqual([]);
  await aMinuteOf(700);
  expect(told()).toEqual([expect.stringContaining('gossip dropping: 700 packets')]);
  await aMinuteOf(5);
  expect(told()).toEqual([]);
});
