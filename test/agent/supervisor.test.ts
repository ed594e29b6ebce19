import { expect, test } from 'vitest';
import { Health } from '../../src/agent/health.ts';
import { Supervisor } from '../../src/agent/supervisor.ts';
import { every } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { SimulatedClock } from '../support/clock.ts';

function setUp() {
  const clock = new SimulatedClock();
  const health = new Health(clock);
  const supervisor = new Supervisor({ clock, log: silent, health });
  const codes = () => {
    supervisor.records();
    return health.report().reasons.map(({ part, code }) => `${part} ${code}`);
  };
  const restarts = (name: string) => supervisor.records().find((part) => part.name === name)?.restarts;
  return { clock, supervisor, codes, restarts };
}

const fail = () => {
  throw new Error('a bug');
};

test('a loop that throws goes on at its next turn, and only one of it', () => {
  const { clock, supervisor, restarts } = setUp();
  let turns = 0;
  using _loop = every(supervisor.clock('kv'), 1_000, () => {
    turns += 1;
    if (turns < 3) fail();
  });
  clock.run(5_000);
  expect(turns).toBe(5);
  expect(restarts('kv')).toBe(2);
});

test('anything else is tried again after one second, two, four and so on up to a minute', () => {
  const { clock, supervisor } = setUp();
  const at: number[] = [];
  supervisor.clock('gossip').after(0, () => {
    at.push(clock.now() / 1_000);
    if (at.length < 10) fail();
  });
  clock.run(600_000);
  expect(at).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243]);
});

test('what was cancelled is not tried again', () => {
  const { clock, supervisor } = setUp();
  let runs = 0;
  const timer = supervisor.clock('gossip').after(0, () => {
    runs += 1;
    fail();
  });
  clock.run(10);
  timer[Symbol.dispose]();
  clock.run(600_000);
  expect(runs).toBe(1);
  expect(supervisor.records()).toEqual([expect.objectContaining({ name: 'gossip', state: 'ok', timers: 0 })]);
});

test('other parts do not notice', () => {
  const { clock, supervisor, restarts } = setUp();
  let turns = 0;
  using _bad = every(supervisor.clock('kv'), 1_000, fail);
  using _good = every(supervisor.clock('dns'), 1_000, () => {
    turns += 1;
  });
  clock.run(10_000);
  expect(turns).toBe(10);
  expect(restarts('dns')).toBe(0);
});

test('more than three failures within ten minutes are told, until ten minutes are over', () => {
  const { clock, supervisor, codes } = setUp();
  for (let times = 0; times < 3; times++) supervisor.note('bus', new Error('a bug'));
  expect(codes()).toEqual([]);
  supervisor.note('bus', new Error('a bug'));
  expect(codes()).toEqual(['bus restarted']);
  clock.run(600_001);
  expect(codes()).toEqual([]);
});

test('a record says how the part is: what it waits for, what went wrong', () => {
  const { clock, supervisor } = setUp();
  const own = supervisor.clock('dns');
  own.after(5_000, () => {});
  own.after(10, fail);
  clock.run(20);
  expect(supervisor.records()).toEqual([
    { name: 'dns', state: 'error', restarts: 1, lastError: 'a bug', timers: 1, busyMs: 0 },
  ]);
});

test('a bug that makes ever more failing tasks takes bounded memory', () => {
  const { clock, supervisor } = setUp();
  const own = supervisor.clock('kv');
  let runs = 0;
  for (let times = 0; times < 1_000; times++)
    own.after(0, () => {
      runs += 1;
      fail();
    });
  clock.run(1);
  expect(runs).toBe(1_000);
  clock.run(120_000);
  expect(runs).toBeLessThan(1_400);
});
