import { cpuUsage } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Bus } from '../../src/base/bus.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import expressionCheck from '../../src/checks/expression.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { PackObject } from '../../src/model/pack.ts';
import { type Check, type Collector, type Detector, defineCollector, type Handler } from '../../src/plugins/kinds.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { fakeHost } from '../../test/support/host.ts';
import { configured, shelvesOf, written } from '../../test/support/runtime.ts';
import type { BenchCase, Row } from '../case.ts';

const CHECKS = 10_000;
const COLLECTORS = 20;
const INTERVAL_MS = 10_000;
const WARM_UP_MS = 25_000;
const MEASURED_MS = 60_000;

/** A collector whose numbers are others at every run, so that every check over it is judged anew. */
function restless(number: number): Collector {
  let turn = 0;
  return defineCollector({
    name: `c${number}`,
    description: 'Counts.',
    options: z.object({}),
    keys: [],
    intervalMs: INTERVAL_MS,
    configure: () => async () => {
      turn += 1;
      return Object.fromEntries(Array.from({ length: CHECKS / COLLECTORS }, (_, key) => [`k${key}`, turn + key]));
    },
  });
}

const checkOf = (number: number): PackObject => {
  const value = `{{collector.c${number % COLLECTORS}.k${Math.floor(number / COLLECTORS)}}}`;
  const definition = { if_group: '*', interval: '10s', critical_if: `${value} > 1000000`, warning_if: `${value} < 0` };
  return written('check', `bench/check-${number}`, definition);
};

function registryOf<P extends Collector | Check | Detector | Handler>(kind: P['kind'], plugins: readonly P[]) {
  const registry = new Registry<P>(kind);
  for (const plugin of plugins) registry.add(plugin);
  return registry;
}

/** How late checks start and what they cost: 10,000 of them over 20 collectors, every 10 s, in real time. */
export default {
  name: 'checks',
  async run(): Promise<Row[]> {
    const bus = new Bus<AgentEvent>((error) => {
      throw error;
    });
    const late: number[] = [];
    await using runtime = new Runtime({
      ...{ bus, clock: systemClock, random: systemRandom, log: silent, shelves: shelvesOf(), startGapMs: 0 },
      host: fakeHost({ clock: systemClock }),
      configuration: configured(Array.from({ length: CHECKS }, (_, number) => checkOf(number))),
      plugins: {
        collectors: registryOf(
          'collector',
          Array.from({ length: COLLECTORS }, (_, number) => restless(number)),
        ),
        detectors: registryOf<Detector>('detector', []),
        checks: registryOf<Check>('check', [expressionCheck]),
        handlers: registryOf<Handler>('handler', []),
        functions: [],
      },
      node: { id: 'n1', name: 'n1', displayName: '', address: '127.0.0.1', zone: 'lan', hostingDrivers: new Set() },
      members: () => new Map(),
      hasEvent: () => false,
    });
    await runtime.start();
    await sleep(WARM_UP_MS);
    bus.on('check-done', ({ check }) => late.push(check.latencyMs));
    const before = cpuUsage();
    await sleep(MEASURED_MS);
    const { user, system } = cpuUsage(before);
    late.sort((a, b) => a - b);
    return [
      { case: 'checks, latest start after it was due', value: late.at(-1) ?? Number.NaN, unit: 'ms' },
      {
        case: 'checks, 99th percentile of that',
        value: late[Math.floor(late.length * 0.99)] ?? Number.NaN,
        unit: 'ms',
      },
      { case: 'checks, runs', value: (late.length * 1_000) / MEASURED_MS, unit: '1/s' },
      { case: 'checks, share of a core', value: (user + system) / 1_000 / MEASURED_MS, unit: 'cores' },
    ];
  },
} satisfies BenchCase;
