import { expect, test } from 'vitest';
import type { Command, Ended } from '../../src/net/host.ts';
import { SimulatedClock } from '../support/clock.ts';
import { functions } from '../support/expressions.ts';
import { ended, fakeHost, systemError } from '../support/host.ts';
import { configured, eventsOf, runtimeOf, written } from '../support/runtime.ts';

const script = (id: string, interval: string) => written('check', id, { if_group: '*', script: `/${id}`, interval });

/** A clock whose process can be stopped: time goes by and nothing runs. */
class StoppableClock extends SimulatedClock {
  #stopped = 0;

  override now(): number {
    return super.now() + this.#stopped;
  }

  stopFor(ms: number): void {
    this.#stopped += ms;
  }
}

/** A runtime with these scripts, with when each was started. */
function scriptsOf(count: number, interval: string, run: (command: Command) => Promise<Ended> = async () => ended()) {
  const clock = new StoppableClock();
  const starts: { readonly at: number; readonly script: string }[] = [];
  const host = {
    ...fakeHost({ clock }),
    run: async (command: Command) => {
      starts.push({ at: clock.now(), script: command.argv.at(-1) ?? '' });
      return await run(command);
    },
  };
  const objects = Array.from({ length: count }, (_, index) => script(`load/s${index}`, interval));
  const { runtime } = runtimeOf(configured(objects), { clock, host });
  return { clock, starts, runtime };
}

test('two hundred scripts of one minute never start more than ten in a second', async () => {
  const { clock, starts, runtime } = scriptsOf(200, '60s');
  void runtime.start();
  await clock.runAsync(190_000);
  const perSecond = new Map<number, number>();
  // The first round is within ten seconds, so that a node is soon known.
  for (const { at } of starts.filter((each) => each.at > 11_000)) {
    const second = Math.floor(at / 1_000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  expect(starts.length).toBeGreaterThan(700);
  expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(10);
});

test('after two minutes in which the process was stopped each check runs once, and then as ever', async () => {
  const { clock, starts, runtime } = scriptsOf(20, '60s');
  void runtime.start();
  await clock.runAsync(60_000);
  const before = starts.length;
  clock.stopFor(120_000);
  await clock.runAsync(10_000);
  const after = starts.slice(before).map((each) => each.script);
  expect(after).toHaveLength(20);
  expect(new Set(after).size).toBe(20);
});

test('a hundred checks of one second keep their time beside one that never ends', async () => {
  const clock = new StoppableClock();
  const host = { ...fakeHost({ clock }), run: () => new Promise<never>(() => {}) };
  const objects = [
    written('check', 'load/hangs', { if_group: '*', script: '/hangs', interval: '1s', timeout: '1s' }),
    ...Array.from({ length: 100 }, (_, index) =>
      written('check', `load/s${index}`, { if_group: '*', critical_if: '1 == 2', interval: '1s' }),
    ),
  ];
  const { runtime } = runtimeOf(configured(objects), { clock, host });
  void runtime.start();
  await clock.runAsync(15_000);
  expect(runtime.check('load/hangs')).toMatchObject({ state: 'unknown', output: 'timeout after 1s' });
  const others = runtime.checks().filter(({ id }) => id !== 'load/hangs');
  const periods = others.flatMap(({ recent }) => recent.slice(1).map(({ at }, place) => at - (recent[place]?.at ?? 0)));
  expect(periods.length).toBeGreaterThan(1_000);
  expect(Math.min(...periods)).toBeGreaterThanOrEqual(800);
  expect(Math.max(...periods)).toBeLessThanOrEqual(1_200);
});

test('a port that never answers is given up within 15 seconds, and no other check is late by it', async () => {
  const clock = new SimulatedClock();
  const connect = ({ timeoutMs }: { readonly timeoutMs: number }) =>
    new Promise<never>((_, reject) => void clock.after(timeoutMs, () => reject(systemError('ETIMEDOUT', 'connect'))));
  const dead = "check_tcp('10.255.255.1', 9, timeout=60)";
  const objects = [
    written('check', 'load/dead', { if_group: '*', critical_if: dead, interval: '1s', timeout: '1m' }),
    ...Array.from({ length: 20 }, (_, index) =>
      written('check', `load/s${index}`, { if_group: '*', critical_if: '1 == 2', interval: '1s' }),
    ),
  ];
  const host = { ...fakeHost({ clock }), connect };
  const { runtime, events } = runtimeOf(configured(objects), { clock, host, functions: [...functions.values()] });
  void runtime.start();
  const latencies: number[] = [];
  for (let second = 0; second < 30; second++) {
    await clock.runAsync(1_000);
    const others = runtime.checks().filter(({ id, lastCheck }) => id !== 'load/dead' && lastCheck !== null);
    latencies.push(...others.map(({ latencyMs }) => latencyMs));
  }
  expect(runtime.check('load/dead')).toMatchObject({ state: 'ok', durationMs: 14_000 });
  expect(latencies.length).toBeGreaterThan(500);
  expect(Math.max(...latencies)).toBeLessThanOrEqual(20);
  expect(eventsOf(events, 'check-late')).toEqual([]);
});
