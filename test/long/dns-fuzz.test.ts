import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { systemClock } from '../../src/base/clock.ts';
import { Disposal } from '../../src/base/disposal.ts';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import { startDns } from '../../src/dns/dns.ts';
import { Responder, written } from '../../src/dns/responder.ts';
import { DEFAULT_ANSWERS } from '../../src/dns/settings.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { bindUdp } from '../../src/net/udp.ts';
import { opt, query, TYPES, wireName } from '../dns/packets.ts';
import { crowd, OPEN_DOOR, POOL, poolOf } from '../dns/pool.ts';
import { mutated, randomBytes } from '../support/mutate.ts';

const PACKETS = 1_000_000;
const SENT = 1_000_000;
const MOST_DELAY_NS = 100_000_000;
const BURST = 500;
const MEBIBYTE = 1024 * 1024;
const { OPSBRO_TEST_SEED = String(Date.now() % 2 ** 31) } = process.env;
const seed = Number(OPSBRO_TEST_SEED);
const around = {
  settings: DEFAULT_ANSWERS,
  membership: poolOf([...POOL, ...crowd(60)]),
  isDrained: () => false,
  clock: systemClock,
  random: seeded(seed),
  log: silent,
};

const originals = [
  query({ name: 'redis.group.dc1.opsbro' }),
  query({ name: 'big.group.opsbro', edns: 1232 }),
  query({ name: 'n1.name.dc1.opsbro', type: TYPES.ANY, edns: 4096, ednsTtl: 0x8000 }),
  query({ name: '_redis._tcp.opsbro', type: TYPES.SRV }),
  query({ name: '1.0.0.10.in-addr.arpa', type: TYPES.PTR }),
  Buffer.from([
    ...[0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, ...wireName('redis.group.opsbro'), 0, 1, 0, 1],
    ...opt(1232, 0, [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]),
  ]),
];

const anything = (random: () => number): Buffer =>
  Buffer.from(random() < 0.3 ? randomBytes(random, 200) : mutated(random, originals));

function answerOf(responder: Responder, packet: Buffer): Buffer | undefined {
  const finished = responder.finished(packet, 0, packet.length, 'udp');
  if (finished) return written(finished, packet);
  const place = { start: 0, end: packet.length, transport: 'udp', from: '127.0.0.1', mayForward: false } as const;
  const response = responder.answer({ packet, ...place });
  return response?.kind === 'answer' ? written(response.prepared, packet) : undefined;
}

test(`${PACKETS} random and mutated packets (seed ${seed}) are answered or counted, in flat memory`, () => {
  const responder = new Responder(around);
  const random = seeded(seed);
  let [before, answered] = [0, 0];
  for (let turn = 0; turn < PACKETS; turn++) {
    if (turn === PACKETS / 10) before = process.memoryUsage.rss();
    const packet = anything(random);
    const bytes = answerOf(responder, packet);
    if (bytes) answered += 1;
    const isResponse = packet.length > 2 && ((packet[2] ?? 0) & 0x80) !== 0;
    if (bytes && (isResponse || bytes.length > 1232))
      expect.fail(`seed ${seed} turn ${turn}: ${packet.toString('hex')}`);
  }
  const { answers, bad } = responder.counters;
  expect([...answers.values()].reduce((sum, count) => sum + count, 0)).toBe(answered);
  expect(answered + (bad.get('short') ?? 0) + (bad.get('response') ?? 0)).toBe(PACKETS);
  expect(bad.get('internal')).toBeUndefined();
  expect((process.memoryUsage.rss() - before) / MEBIBYTE).toBeLessThan(50);
});

test(`${SENT} of them sent to the open door (seed ${seed}) leave it as it was, and let others have their turn`, async () => {
  await using opened = new Disposal();
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const door = opened.use(await startDns({ ...around, bus, bind: ['127.0.0.1'], port: 0, door: OPEN_DOOR }));
  const socket = opened.use(await bindUdp({ address: '127.0.0.1', port: 0 }));
  const random = seeded(seed);
  const good = query({ name: 'redis.group.dc1.opsbro' });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let told: (() => void) | undefined;
  socket.onMessage((bytes) => {
    if (bytes[0] === 0x77 && bytes[1] === 0x77) told?.();
  });
  for (let sent = 0; sent < SENT; sent += BURST) {
    for (let turn = 0; turn < BURST; turn++) socket.send(anything(random), { address: '127.0.0.1', port: door.port });
    const question = Buffer.from(good);
    question.writeUInt16BE(0x7777, 0);
    await new Promise<void>((resolve) => {
      told = resolve;
      socket.send(question, { address: '127.0.0.1', port: door.port });
    });
  }
  delay.disable();
  expect(door.counters.bad.get('internal')).toBeUndefined();
  expect(delay.percentile(99)).toBeLessThan(MOST_DELAY_NS);
});
