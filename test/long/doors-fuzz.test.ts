import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import { GOLDEN } from '../graphite/frames.ts';
import { RunningAgent } from '../support/agent.ts';
import { mutated, randomBytes } from '../support/mutate.ts';
import { tempDirectory } from '../support/temp.ts';

/** The whole row of the specification sends a million to each door. */
const DATAGRAMS = Number(process.env['OPSBRO_FUZZ_DATAGRAMS'] ?? 100_000);
const CONNECTIONS = DATAGRAMS / 50;
/** Fewer than one client may have at a time. */
const AT_ONCE = 40;
const BURST = 200;
const PATIENCE_MS = 3_000;
const MOST_SERIES = 5_000;
const MOST_GROWTH = 50 * 1_024 * 1_024;
const { OPSBRO_TEST_SEED = String(Date.now() % 2 ** 31) } = process.env;
const seed = Number(OPSBRO_TEST_SEED);

const texts = (...lines: string[]): Uint8Array[] => lines.map((line) => Buffer.from(line));
const UPGRADE =
  'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
const SUBSCRIBE = Buffer.from('{"subscribe":["gossip","kv"],"filter":"zone == \'lan\'","since":1}');
/** A masked frame of text. */
const FRAME = Buffer.concat([Buffer.from([0x81, 0x80 | SUBSCRIBE.length, 0, 0, 0, 0]), SUBSCRIBE]);

/** By door, what a client that means well sends there. */
const MEANT = {
  statsd: texts('a.hits:1|c', 'b:320|ms|@0.1|#env:lan', 'g:+4|g\ng:-2|g\n', 's:me|s', 'h:1:2:3|h'),
  graphite: texts('a.b 1 1700000000\n', 'c;t=v 1.5 1700000000\na.b 2 1700000001\n', 'x -1e9 N\n'),
  pickle: [...GOLDEN.values()].map((frame) => Buffer.from(frame, 'hex')),
  dns: [
    Buffer.from('12340100000100000000000005726564697305 67726f7570066f707362726f0000010001'.replaceAll(' ', ''), 'hex'),
  ],
  http: texts(
    'GET /agent/members?filter=state%20==%20%27alive%27 HTTP/1.1\r\nHost: localhost\r\n\r\n',
    'POST /render HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n{"target":["a.*"]}',
    'PUT /kv/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  ),
  websocket: [Buffer.concat([Buffer.from(UPGRADE.replace('/ws', '/')), FRAME])],
  page: [Buffer.concat([Buffer.from(UPGRADE), FRAME])],
  peer: [Buffer.from('16030100c8010000c40303', 'hex'), Buffer.from('GET /peer/v1/hello HTTP/1.1\r\nHost: a\r\n\r\n')],
} as const;
type Sender = keyof typeof MEANT;

const temporary = tempDirectory();
const home = join(temporary.path, 'a');
let agent: RunningAgent;
const portOf = (door: Sender) =>
  (agent.ports as Readonly<Record<string, number>>)[door === 'page' ? 'http' : door] ?? 0;

beforeAll(async () => {
  mkdirSync(join(home, 'etc'), { recursive: true });
  const settings = {
    groups: ['kv'],
    dns: { enabled: true },
    // Names that noise happens to make right are series as others are: their number is bounded, and reached before memory is weighed.
    store: { max_series: MOST_SERIES },
    statsd: { enabled: true, port: 0, max_series: MOST_SERIES },
    graphite: { enabled: true, port: 0, pickle: true, pickle_port: 0 },
  };
  writeFileSync(join(home, 'etc/agent.yml'), JSON.stringify(settings));
  agent = await new RunningAgent(home, {}).ready();
  await agent.opsbro('agent', 'wait-initialized');
});

afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  temporary[Symbol.dispose]();
});

async function memory(): Promise<number> {
  const info = (await agent.json('agent', 'info')) as { memory_consumption: number };
  return info.memory_consumption;
}

const noise = (door: Sender) => {
  const random = seeded(seed);
  return () => (random() < 0.3 ? randomBytes(random, 400) : mutated(random, MEANT[door]));
};

async function sendDatagrams(door: Sender, count: number): Promise<void> {
  const next = noise(door);
  const socket = createSocket('udp4');
  for (let sent = 0; sent < count; sent += BURST) {
    const burst = Array.from(
      { length: BURST },
      () => new Promise((done) => socket.send(next(), portOf(door), '127.0.0.1', done)),
    );
    await Promise.all(burst);
  }
  socket.close();
}

async function sendConnections(door: Sender, count: number): Promise<void> {
  const next = noise(door);
  let left = count;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const socket = connect(portOf(door), '127.0.0.1');
      socket.on('error', () => {}).resume();
      socket.setTimeout(PATIENCE_MS, () => socket.destroy());
      socket.end(Buffer.concat(Array.from({ length: 3 }, next)));
      await once(socket, 'close');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
}

/** Sends a half, which fills what a door may keep, such as finished answers, and then all; between the two the memory is weighed. */
async function flat(send: (share: number) => Promise<void>): Promise<void> {
  await send(0.5);
  const before = await memory();
  await send(1);
  expect((await memory()) - before).toBeLessThan(MOST_GROWTH);
  expect(await agent.opsbro('agent', 'print', 'state')).toMatchObject({ stdout: 'ok\n' });
  expect(existsSync(join(home, 'log/crash.log'))).toBe(false);
}

test.each<Sender>(['statsd', 'graphite', 'dns'])(
  `${DATAGRAMS} random and mutated datagrams (seed ${seed}) at %s end nothing and leave no memory behind`,
  async (door) => await flat((share) => sendDatagrams(door, DATAGRAMS * share)),
);

test.each<Sender>(['statsd', 'graphite', 'pickle', 'dns', 'http', 'websocket', 'page', 'peer'])(
  `${CONNECTIONS} connections of such noise (seed ${seed}) at %s end nothing and leave no memory behind`,
  async (door) => await flat((share) => sendConnections(door, CONNECTIONS * share)),
);

test('afterwards every door serves who means well, and what was bad is counted', async () => {
  const metrics = await (await fetch(`http://127.0.0.1:${agent.ports.http}/metrics`)).text();
  const bad = (pattern: string) =>
    [...metrics.matchAll(new RegExp(`^${pattern} (\\d+)$`, 'gm'))].reduce((sum, [, count]) => sum + Number(count), 0);
  const families = [
    'opsbro_statsd_lines_total\\{[^}]*bad[^}]*\\}',
    'opsbro_dns_bad_total\\{.*\\}',
    'opsbro_graphite_bad_total\\{.*\\}',
  ];
  for (const family of families) expect(bad(family), family).toBeGreaterThan(0);
  expect(await agent.opsbro('kv', 'put', 'a', 'b')).toMatchObject({ code: 0 });
  expect(await agent.opsbro('statsd', 'send', 'fine', '1', 'c')).toMatchObject({ code: 0 });
  expect(await agent.opsbro('metrics', 'send', 'fine.too', '1')).toMatchObject({ code: 0 });
});
