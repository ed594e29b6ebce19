import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import type { ForwardTarget } from '../../src/config/graphite-schema.ts';
import { openForwarding } from '../../src/export/forwarding.ts';
import { openSpooledTarget } from '../../src/export/spooled-target.ts';
import type { Dial, Wire } from '../../src/export/wire.ts';
import { SimulatedClock } from '../support/clock.ts';
import { tempDirectory } from '../support/temp.ts';

const PATIENCE = { timeout: 10_000 };

/** Somebody who takes lines, and may be away. */
class Receiver {
  readonly lines: string[] = [];
  isThere: boolean = true;

  readonly dial: Dial = async () => {
    if (!this.isThere) throw new Error('nobody there');
    const wire: Wire = {
      send: async (bytes) => {
        if (!this.isThere) throw new Error('the connection broke');
        this.lines.push(...bytes.toString().split('\n').filter(Boolean));
      },
      finish: async () => {},
      close: () => {},
    };
    return wire;
  };
}

const open = (directory: string, receiver: Receiver, clock: SimulatedClock) =>
  openSpooledTarget({
    ...{ name: 'test', directory, most: 1_000_000_000, dial: receiver.dial, encode: (lines) => lines },
    ...{ clock, random: seeded(1), log: silent },
  });

/** Lets made-up time go by, in which the disk gets its real time. */
async function pass(clock: SimulatedClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await clock.runAsync(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('every line arrives after an outage in which the agent was restarted', async () => {
  using temporary = tempDirectory();
  const receiver = new Receiver();
  const clock = new SimulatedClock();
  let number = 0;
  const feed = (target: { add(line: string): void }) => {
    for (let at = 0; at < 50; at++) target.add(`series.${at} ${number++} 1\n`);
  };
  const first = await open(temporary.path, receiver, clock);
  feed(first);
  await vi.waitFor(async () => {
    await pass(clock, 2);
    expect(receiver.lines).toHaveLength(50);
  }, PATIENCE);
  receiver.isThere = false;
  for (let minute = 0; minute < 10; minute++) {
    feed(first);
    await pass(clock, 10);
  }
  expect(first.stats().failure).toMatch(/nobody there|broke/);
  feed(first);
  await first[Symbol.asyncDispose]();
  const second = await open(temporary.path, receiver, clock);
  feed(second);
  receiver.isThere = true;
  await vi.waitFor(async () => {
    await pass(clock, 30);
    expect(new Set(receiver.lines).size).toBe(number);
  }, PATIENCE);
  const values = receiver.lines.map((each) => Number(each.split(' ')[1]));
  expect(new Set(values)).toEqual(new Set(Array.from({ length: number }, (_, at) => at)));
  expect(second.stats()).toMatchObject({ queue: 0, spoolBytes: 0, dropped: 0, failure: '' });
  await second[Symbol.asyncDispose]();
  expect(receiver.lines.length).toBeLessThan(number + 100);
});

test('what comes while the disk is busy is not lost when the agent stops', async () => {
  using temporary = tempDirectory();
  const receiver = new Receiver();
  receiver.isThere = false;
  const clock = new SimulatedClock();
  const first = await open(temporary.path, receiver, clock);
  first.add('a 1 1\n');
  // The write begins, and nothing waits for its end.
  clock.run(1_000);
  first.add('a 2 2\n');
  await first[Symbol.asyncDispose]();
  receiver.isThere = true;
  const second = await open(temporary.path, receiver, clock);
  await vi.waitFor(async () => {
    await pass(clock, 2);
    expect(receiver.lines).toEqual(['a 1 1', 'a 2 2']);
  }, PATIENCE);
  await second[Symbol.asyncDispose]();
});

test('after an orderly stop nothing is sent twice', async () => {
  using temporary = tempDirectory();
  const receiver = new Receiver();
  const clock = new SimulatedClock();
  for (let run = 0; run < 3; run++) {
    const target = await open(temporary.path, receiver, clock);
    target.add(`a ${run} 1\n`);
    await vi.waitFor(async () => {
      await pass(clock, 2);
      expect(receiver.lines).toHaveLength(run + 1);
    }, PATIENCE);
    await target[Symbol.asyncDispose]();
  }
  expect(receiver.lines).toEqual(['a 0 1', 'a 1 1', 'a 2 1']);
});

const TARGET: ForwardTarget = {
  ...{ host: '127.0.0.1', port: 1, protocol: 'plaintext', tls: false, prefix: '' },
  ...{ include: [], exclude: [], replication: 'all' },
};

test('points go over a real connection, and again when it broke', async () => {
  using temporary = tempDirectory();
  const lines: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => lines.push(...bytes.toString().split('\n').filter(Boolean)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const forwarding = await openForwarding({
    ...{ targets: [{ ...TARGET, port, prefix: 'site' }], directory: temporary.path, most: 1_000_000 },
    ...{ clock: systemClock, random: seeded(1), log: silent },
  });
  forwarding.take({ name: 'a', value: 1, time: 1 });
  await vi.waitFor(() => expect(lines).toEqual(['site.a 1 1']), PATIENCE);
  for (const socket of sockets) socket.resetAndDestroy();
  forwarding.take({ name: 'b', value: 2, time: 2 });
  await vi.waitFor(() => expect(lines).toContain('site.b 2 2'), PATIENCE);
  expect(lines.filter((each) => each === 'site.a 1 1')).toHaveLength(2);
  const [[name, stats] = ['', undefined]] = forwarding.stats();
  expect([name, stats?.failure]).toEqual([`plaintext:127.0.0.1:${port}`, '']);
  await forwarding[Symbol.asyncDispose]();
  server.close();
}, 30_000);
