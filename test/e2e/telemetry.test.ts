import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { RunningAgent } from '../support/agent.ts';
import { tempDirectory } from '../support/temp.ts';
import { sendUdp } from '../support/udp.ts';

const PATIENCE = { timeout: 20_000, interval: 200 };
const temporary = tempDirectory();
const home = join(temporary.path, 'home');
const forwarded: string[] = [];
const receiver = createServer((socket) => {
  socket.on('error', () => {}).on('data', (bytes) => forwarded.push(...bytes.toString().split('\n').filter(Boolean)));
});
let agent: RunningAgent;

const settings = (enabled: boolean): string =>
  JSON.stringify({
    watch: false,
    statsd: { enabled, port: 0, interval: 1 },
    graphite: {
      enabled,
      port: 0,
      forward: [{ host: '127.0.0.1', port: portOf(), include: ['^from\\.graphite', 'hits'] }],
    },
  });

function portOf(): number {
  const address = receiver.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const ports = () => agent.ports as Readonly<Record<string, number>>;

async function lastOf(series: string): Promise<number | null | undefined> {
  const { stdout } = await agent.opsbro('metrics', 'show', series, '--json', '--values');
  const [found] = stdout.startsWith('[') ? (JSON.parse(stdout) as { values: (number | null)[] }[]) : [];
  return found?.values.findLast((value) => value !== null);
}

beforeAll(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  mkdirSync(join(home, 'etc'), { recursive: true });
  writeFileSync(join(home, 'etc/agent.yml'), settings(true));
  agent = await new RunningAgent(home, { OPSBRO_NAME: 'gauger' }, { launcher: [process.execPath] }).ready();
}, 40_000);

afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  receiver.close();
  temporary[Symbol.dispose]();
});

test('a sample that somebody sends is a series seconds later', async () => {
  await vi.waitFor(() => expect(ports()['statsd']).toBeGreaterThan(0), PATIENCE);
  await sendUdp(ports()['statsd'] ?? 0, 'room:21|g\nhits:3|c|@0.5\nbad');
  await vi.waitFor(async () => expect(await lastOf('stats.gauges.room')).toBe(21), PATIENCE);
  expect((await agent.opsbro('statsd', 'stats')).stdout).toMatch(/bad lines +1\n/);
}, 40_000);

test('a point that somebody sends is kept, and sent on', async () => {
  expect(await agent.opsbro('metrics', 'send', 'from.graphite', '42')).toMatchObject({ code: 0 });
  await vi.waitFor(async () => expect(await lastOf('from.graphite')).toBe(42), PATIENCE);
  await vi.waitFor(() => {
    expect(forwarded.some((line) => /^from\.graphite 42 \d+$/.test(line))).toBe(true);
    expect(forwarded.some((line) => /^stats\.counters\.hits\.count [06] \d+$/.test(line))).toBe(true);
  }, PATIENCE);
  expect(forwarded.some((line) => line.startsWith('gauger.'))).toBe(false);
}, 40_000);

test('the doors close and open with the configuration, without a restart', async () => {
  writeFileSync(join(home, 'etc/agent.yml'), settings(false));
  await agent.opsbro('agent', 'reload');
  expect(ports()).not.toHaveProperty('statsd');
  expect(await agent.opsbro('statsd', 'stats')).toMatchObject({ code: 2 });
  writeFileSync(join(home, 'etc/agent.yml'), settings(true));
  await agent.opsbro('agent', 'reload');
  expect(ports()['statsd']).toBeGreaterThan(0);
  await vi.waitFor(async () => expect((await agent.opsbro('statsd', 'gauges')).stdout).toMatch(/room +21/), PATIENCE);
}, 60_000);
