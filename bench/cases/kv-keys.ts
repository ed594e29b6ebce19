import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { openLevelStore } from '../../src/kv/level-store.ts';
import { ensureBuilt, soon, startAgent } from '../agents.ts';
import type { BenchCase, Row } from '../case.ts';
import { usageOf } from '../usage.ts';
import { Workplace } from '../workplace.ts';

/** Keys of each run, by commas; the first is what the others are compared with. */
const SIZES = (process.env['OPSBRO_BENCH_KEYS'] ?? '1000,250000,1000000').split(',').map(Number);
const VALUE = Buffer.alloc(128, 'v');
const TOGETHER = 1_000;
/** After that a process has settled down. */
const REST_MS = 20_000;
const PATIENCE_MS = 120_000;
const BARE = {
  ...{ OPSBRO_GROUPS: 'kv', OPSBRO_NAME: 'n1', OPSBRO_HTTP__PORT: 'off', OPSBRO_WEBSOCKET__PORT: 'off' },
  ...{ OPSBRO_DNS__PORT: 'off', OPSBRO_METROLOGY_TOPIC_ENABLED: 'false', OPSBRO_MONITORING_TOPIC_ENABLED: 'false' },
};

/** Writes so many keys into the store below a home, as an agent does, but all at once. */
async function fill(path: string, keys: number): Promise<void> {
  const context = {
    ...{ path, nodeId: '11111111-1111-4111-8111-111111111111', clock: systemClock, log: silent },
    freeBytes: async () => Number.MAX_SAFE_INTEGER,
    onChange() {},
  };
  await using store = await openLevelStore(context, { maxBytes: 0, minFree: 0, graceMs: 259_200_000, sync: false });
  for (let from = 0; from < keys; from += TOGETHER) {
    const some = Array.from({ length: Math.min(TOGETHER, keys - from) }, (_, at) => `bench/${from + at}`);
    await Promise.all(some.map((key) => store.put(key, VALUE)));
  }
}

/** Milliseconds from the command until the store serves, processor seconds until then, and bytes of memory after a rest. */
async function startWith(place: Workplace, keys: number) {
  const name = `home-${keys}`;
  const home = await place.directory(name);
  await fill(join(await place.directory(join(name, 'data', 'kv'))), keys);
  const begun = performance.now();
  const agent = await startAgent(place, name, [], BARE);
  const socketPath = join(home, 'data', 'opsbro.sock');
  const wanted = `bench/${keys - 1}`;
  await soon(agent, async () => (await statusOf(socketPath, `/kv/${wanted}`)) === 200 || undefined, PATIENCE_MS);
  const served = performance.now() - begun;
  const { cpu } = await usageOf(agent.pid);
  await pause(REST_MS);
  const { resident } = await usageOf(agent.pid);
  await place.stop(agent);
  return { served, cpu, resident };
}

const statusOf = (socketPath: string, path: string): Promise<number> =>
  new Promise((resolve) => {
    const asked = request({ socketPath, path, agent: false }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.once('error', () => resolve(0)).end();
  });

const bench: BenchCase = {
  name: 'kv-keys: what keys cost an agent that starts with them',
  async run() {
    ensureBuilt();
    await using place = await Workplace.make('kv-keys');
    const rows: Row[] = [];
    let few: Awaited<ReturnType<typeof startWith>> | undefined;
    for (const keys of SIZES) {
      const { served, cpu, resident } = await startWith(place, keys);
      few ??= { served, cpu, resident };
      const title = `${keys.toLocaleString('en')} keys`;
      const peer = 'the fewest';
      rows.push(
        {
          case: `${title}, until they are served (goal 5000)`,
          value: served,
          unit: 'ms',
          ratio: served / few.served,
          peer,
        },
        { case: `${title}, processor until then`, value: cpu, unit: 's', ratio: cpu / few.cpu, peer },
        { case: `${title}, more memory (goal 200)`, value: (resident - few.resident) / 1_048_576, unit: 'MiB' },
      );
    }
    return rows;
  },
};

export default bench;
