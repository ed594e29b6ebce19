import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { Disposal } from '../../src/base/disposal.ts';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import { type DnsOptions, startDns } from '../../src/dns/dns.ts';
import { DEFAULT_ANSWERS } from '../../src/dns/settings.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { Member, Membership } from '../../src/model/member.ts';
import { connectTcp } from '../../src/net/tcp.ts';
import { bindUdp } from '../../src/net/udp.ts';
import { SimulatedClock } from '../support/clock.ts';
import { testWith } from '../support/services.ts';
import { flagsOf, query, sectionsOf } from './packets.ts';
import { crowd, OPEN_DOOR, POOL, poolOf } from './pool.ts';

const run = promisify(execFile);
const LOOPBACK = '127.0.0.1';
const WALL = 1_700_000_000_000;

let opened = new Disposal();
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  opened = new Disposal();
});

/** An open door on a free port, with everything around it. */
async function openDoor(changes: Partial<DnsOptions> = {}) {
  const clock = new SimulatedClock(WALL);
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const membership = poolOf(POOL);
  const common = { bind: [LOOPBACK], port: 0, settings: DEFAULT_ANSWERS, door: OPEN_DOOR } as const;
  const around = { bus, clock, random: seeded(1), log: silent, isDrained: () => false };
  const door = await startDns({ ...common, ...around, membership, ...changes });
  opened.use(door);
  return { door, clock, bus };
}

/** Sends datagrams in order, and gives as many answers as there should be. */
async function askUdp(port: number, packets: readonly Buffer[], answers = packets.length): Promise<Buffer[]> {
  const socket = opened.use(await bindUdp({ address: LOOPBACK, port: 0 }));
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    socket.onMessage((bytes) => {
      received.push(Buffer.from(bytes));
      if (received.length === answers) resolve(received);
    });
    for (const packet of packets) socket.send(packet, { address: LOOPBACK, port });
  });
}

const framed = (packet: Buffer): Buffer =>
  Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 255]), packet]);

/** Writes bytes to a connection, finishes it, and gives everything that came until the other side did. */
async function askTcp(port: number, bytes: Buffer): Promise<Buffer> {
  const connection = await connectTcp({ address: LOOPBACK, port }, AbortSignal.timeout(5_000));
  const received: Uint8Array[] = [];
  const ended = new Promise<void>((resolve) => connection.onEnd(() => resolve()));
  connection.onData((chunk) => received.push(chunk));
  connection.write(bytes);
  connection.finish();
  await ended;
  return Buffer.concat(received);
}

const NAME = 'redis.group.dc1.opsbro';

describe('the door', () => {
  test('answers over UDP and TCP on one port', async () => {
    const { door } = await openDoor();
    const [answer] = await askUdp(door.port, [query({ name: NAME })]);
    expect(answer && sectionsOf(answer).answers).toHaveLength(2);
    const reply = await askTcp(door.port, framed(query({ name: NAME })));
    expect(sectionsOf(reply.subarray(2)).answers).toHaveLength(2);
    expect(Object.fromEntries(door.counters.answers)).toEqual({ 'udp A NOERROR': 1, 'tcp A NOERROR': 1 });
  });

  test('answers a hundred queries of one write, though the asker has finished', async () => {
    const { door } = await openDoor();
    const queries = Array.from({ length: 100 }, (_, i) => query({ name: NAME, flags: i % 2 ? 0x0100 : 0 }));
    const reply = await askTcp(door.port, Buffer.concat(queries.map(framed)));
    expect(door.counters.answers.get('tcp A NOERROR')).toBe(100);
    // The first and the 65th.
    expect(door.counters.times.cumulative().at(-1)).toBe(2);
    expect(reply.length).toBe(100 * (2 + (queries[0]?.length ?? 0) + 32));
  });

  test('drops and counts what is no query, and still answers', async () => {
    const { door } = await openDoor();
    const [answer] = await askUdp(
      door.port,
      [Buffer.alloc(5), query({ name: NAME, flags: 0x8000 }), query({ name: NAME })],
      1,
    );
    expect(answer && flagsOf(answer).qr).toBe(1);
    expect(Object.fromEntries(door.counters.bad)).toEqual({ short: 1, response: 1 });
  });

  test('says SERVFAIL when answering fails, logs it once a minute, and stays open', async () => {
    const lines: string[] = [];
    const log = { ...silent, error: (_: object, text: string) => void lines.push(text) };
    const broken = {
      get self(): Member {
        throw new Error('broken');
      },
      members: new Map(),
    } satisfies Membership;
    const { door, clock } = await openDoor({ membership: broken, log });
    const packets = [query({ name: NAME }), query({ name: NAME })];
    for (const answer of await askUdp(door.port, packets))
      expect(answer.toString('hex')).toBe('123481020000000000000000');
    expect(lines).toHaveLength(1);
    clock.run(60_000);
    await askUdp(door.port, packets);
    expect(lines).toHaveLength(2);
    expect(door.counters.bad.get('internal')).toBe(4);
  });

  test('raises the serial with every change, and never lowers it', async () => {
    const members = new Map(poolOf(POOL).members);
    const { door, clock, bus } = await openDoor({ membership: { self: POOL[0], members } });
    const become = (state: 'alive' | 'dead') => {
      const after = { ...POOL[1], state, settled: state } as Member;
      members.set(after.id, after);
      bus.emit({ type: state === 'alive' ? 'member-alive' : 'member-failed', member: after });
    };
    const serial = async () => {
      const [answer] = await askUdp(door.port, [query({ name: 'opsbro', type: 6 })]);
      return Number(answer && sectionsOf(answer).answers[0]?.split(' ')[5]);
    };
    expect(await serial()).toBe(WALL / 1000);
    clock.run(7_000);
    expect(await serial()).toBe(WALL / 1000);
    bus.emit({ type: 'member-update', member: POOL[0] });
    expect(await serial()).toBe(WALL / 1000);
    become('dead');
    expect(await serial()).toBe(WALL / 1000 + 7);
    clock.jumpWall(-3_600_000);
    become('alive');
    expect(await serial()).toBe(WALL / 1000 + 7);
  });
});

describe('connections', () => {
  test('are so many at a time and no more', async () => {
    const { door } = await openDoor();
    const framedQuery = framed(query({ name: NAME }));
    let [answered, closed] = [0, 0];
    const connections = await Promise.all(
      Array.from({ length: 300 }, () => connectTcp({ address: LOOPBACK, port: door.port }, AbortSignal.timeout(5_000))),
    );
    await new Promise<void>((resolve) => {
      const settle = () => answered + closed === connections.length && resolve();
      for (const connection of connections) {
        connection.onData(() => {
          answered += 1;
          settle();
        });
        connection.onEnd(() => {
          closed += 1;
          settle();
        });
        connection.write(framedQuery);
      }
    });
    expect([answered, closed]).toEqual([256, 44]);
    expect(door.counters.bad.get('sessions')).toBe(44);
    for (const connection of connections) connection.close();
    await expect.poll(() => askTcp(door.port, framedQuery)).not.toHaveLength(0);
  });

  test('that have ended make room for others', async () => {
    const { door } = await openDoor({ door: { ...OPEN_DOOR, tcpMax: 1 } });
    const bytes = framed(query({ name: NAME }));
    for (let turn = 0; turn < 3; turn++) await expect.poll(() => askTcp(door.port, bytes)).not.toHaveLength(0);
  });
});

test('one of so many queries is written about, with what came of it', async () => {
  const lines: object[] = [];
  const log = { ...silent, info: (fields: object) => void lines.push(fields) };
  const { door } = await openDoor({ log, door: { ...OPEN_DOOR, logQueries: 2 } });
  const names = [NAME, NAME, 'n1.node.opsbro', 'Nope.group.opsbro'];
  for (const name of names) await askUdp(door.port, [query({ name })]);
  const common = { type: 1, from: LOOPBACK, transport: 'udp', micros: 0 };
  expect(lines).toEqual([
    { ...common, name: NAME, rcode: 'NOERROR' },
    { ...common, name: 'nope.group.opsbro', rcode: 'NXDOMAIN' },
  ]);
});

describe('opening', () => {
  test('listens on every address with one number, and leaves out one that is not there', async () => {
    const { door } = await openDoor({ bind: [LOOPBACK, '127.0.0.2', '192.0.2.77'] });
    expect(door.addresses).toEqual([LOOPBACK, '127.0.0.2']);
    const { door: both } = await openDoor({ bind: ['0.0.0.0', '::'] });
    expect(both.addresses).toEqual(['0.0.0.0', '::']);
    await expect(openDoor({ bind: ['192.0.2.77'] })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  test('says that its port is taken, and gives it back when it closes', async () => {
    const { door } = await openDoor();
    const { port } = door;
    await expect(openDoor({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await door[Symbol.asyncDispose]();
    expect((await openDoor({ port })).door.port).toBe(port);
  });
});

describe('dig', () => {
  const dig = async (path: string, port: number, ...args: readonly string[]) =>
    (await run(path, ['-p', String(port), `@${LOOPBACK}`, '+tries=1', '+time=5', ...args])).stdout;

  testWith('dig', 'gets the addresses of a group, over UDP and TCP', async (path) => {
    const { door } = await openDoor();
    for (const transport of ['+notcp', '+tcp']) {
      const output = await dig(path, door.port, transport, '+short', NAME);
      expect(output.trim().split('\n').sort()).toEqual(['10.0.0.1', '10.0.0.2']);
    }
  });

  testWith('dig', 'reads every header, section and EDNS and finds nothing wrong with them', async (path) => {
    const { door } = await openDoor();
    const output = await dig(path, door.port, 'nOpe.group.dc1.opsbro');
    expect(output).toContain('status: NXDOMAIN');
    expect(output).toContain('flags: qr aa rd;');
    expect(output).toContain('EDNS: version: 0, flags:; udp: 1232');
    expect(output).toContain(';nOpe.group.dc1.opsbro.');
    expect(output).toMatch(/opsbro\.\s+5\s+IN\s+SOA\s+ns\.opsbro\. hostmaster\.opsbro\. \d+ 3600 600 86400 5/);
    expect(output).not.toMatch(/malformed|WARNING: (?!recursion requested)/i);
  });

  testWith('dig', 'comes back by TCP for what did not fit', async (path) => {
    const membership = poolOf([POOL[2] ?? POOL[0], ...crowd(100)]);
    const { door } = await openDoor({ membership });
    const output = await dig(path, door.port, '+short', 'big.group.opsbro');
    expect(output.trim().split('\n')).toHaveLength(100);
    expect(door.counters.truncated).toBe(1);
  });

  testWith('dig', 'reads the name server, its address, and texts', async (path) => {
    const { door } = await openDoor();
    expect(await dig(path, door.port, '+short', 'opsbro', 'NS')).toBe('ns.opsbro.\n');
    expect(await dig(path, door.port, '+short', 'n1.node.opsbro', 'TXT')).toContain('"groups=linux,redis"');
    expect(await dig(path, door.port, '+short', 'n3.node.opsbro', 'AAAA')).toBe('fd00::3\n');
  });
});
