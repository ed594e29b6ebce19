import { readdir, readFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { Bus } from '../../src/base/bus.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { type Collector, defineCollector } from '../../src/plugins/kinds.ts';
import { Collecting } from '../../src/runtime/collecting.ts';
import { Guard } from '../../src/runtime/guard.ts';
import { Schedule } from '../../src/runtime/schedule.ts';
import { Turns } from '../../src/runtime/turns.ts';
import { configured } from '../support/runtime.ts';
import { memoryShelf } from '../support/shelf.ts';

const MARK = `opsbro-test-${process.pid}`;

/** Starts a program that starts another, and neither ends. */
const hanging: Collector = defineCollector({
  name: 'hanging',
  description: 'Waits for a program that does not end.',
  timeoutMs: 400,
  intervalMs: 60_000,
  options: z.object({}),
  keys: [],
  configure: () => async (host, signal) => {
    const script = `sh -c 'sleep 1000; : ${MARK}' & sleep 1000; : ${MARK}`;
    await host.run({ argv: ['sh', '-c', script], timeoutMs: 60_000 }, signal);
    return { x: 1 };
  },
});

const other: Collector = defineCollector({
  name: 'other',
  description: 'Answers at once.',
  intervalMs: 60_000,
  options: z.object({}),
  keys: [],
  configure: () => async () => ({ x: 1 }),
});

/** How many processes run that the test started. */
async function programs(): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(MARK)).length;
}

test('a collector that hangs is given up, its programs end with it, and it runs again', async () => {
  await using host = systemHost(systemClock);
  using schedule = new Schedule(systemClock, () => {});
  const collecting = new Collecting({
    clock: systemClock,
    host,
    bus: new Bus<AgentEvent>(() => {}),
    guard: new Guard(systemClock, silent),
    schedule,
    turns: new Turns(systemClock, () => 1),
    shelf: memoryShelf(),
    plugins: [hanging, other],
    groups: () => new Set(),
  });
  collecting.apply(configured([]));
  const started = collecting.start();
  await vi.waitFor(async () => expect(await programs()).toBe(2), { timeout: 20_000, interval: 10 });
  await vi.waitFor(() => expect(collecting.record('other').state).toBe('ok'), { timeout: 20_000 });
  await started;
  expect(collecting.record('hanging')).toMatchObject({ state: 'error', log: 'timeout after 0.4s' });
  await vi.waitFor(async () => expect(await programs()).toBe(0), { timeout: 20_000 });
  expect(await collecting.run('hanging')).toMatchObject({ state: 'error', runsTotal: 2 });
  await vi.waitFor(async () => expect(await programs()).toBe(0), { timeout: 20_000 });
  await collecting.stop();
});
