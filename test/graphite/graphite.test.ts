import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import { type GraphiteOptions, type GraphiteSettings, startGraphite } from '../../src/graphite/graphite.ts';
import { SimulatedClock } from '../support/clock.ts';
import { GOLDEN, REFUSED } from './frames.ts';

const NOW = 1_700_000_000;
const LINES: GraphiteSettings = {
  allow: ['127.0.0.0/8'],
  listeners: new Set(['tcp', 'udp']),
  idleMs: 600_000,
  maxConnections: 3,
};
const PICKLES: GraphiteSettings = { ...LINES, listeners: new Set(['pickle']) };

let opened = new Disposal();
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  opened = new Disposal();
});

async function open(settings: GraphiteSettings = LINES, changes: Partial<GraphiteOptions> = {}) {
  const clock = new SimulatedClock(NOW * 1_000);
  const points: string[] = [];
  const store: GraphiteOptions['store'] = {
    isBusy: false,
    has: (name) => points.some((point) => point.startsWith(`${name} `)),
    put: (name, value, time) => {
      points.push(`${name} ${value} ${time}`);
      return time <= NOW + 60;
    },
  };
  const door = await startGraphite({
    ...{ bind: ['127.0.0.1'], port: 0, settings, clock, random: seeded(3), log: silent, store, trouble: () => {} },
    ...changes,
  });
  opened.use(door);
  return { clock, door, points };
}

/** Sends pieces, and waits until the door has closed too. */
async function send(port: number, ...pieces: readonly (string | Buffer)[]): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}).resume();
  await once(socket, 'connect');
  socket.setNoDelay();
  for (const piece of pieces) {
    if (socket.writable) await new Promise((resolve) => socket.write(piece, resolve));
  }
  socket.end();
  if (!socket.closed) await once(socket, 'close');
}

describe('lines', () => {
  test('of all good forms are points, a bad one costs only itself', async () => {
    const { door, points } = await open();
    await send(
      door.port,
      'a.b 1 1700000000\n',
      'c.d 2 1700000000\ne.f\t 3.5e1 \t1700000001.9\r\n',
      'g',
      '.h 4 1700',
      '000002\n',
    );
    await send(door.port, 'a b\nok 2 -1\nnow 3 N\nm;b=2;a=1 5 -1\nlast 1 1700000000');
    await vi.waitFor(() => expect(points).toHaveLength(8));
    expect(points).toEqual([
      ...['a.b 1 1700000000', 'c.d 2 1700000000', 'e.f 35 1700000001', 'g.h 4 1700000002'],
      ...['ok 2 1700000000', 'now 3 1700000000', 'm;a=1;b=2 5 1700000000', 'last 1 1700000000'],
    ]);
    expect(Object.fromEntries(door.counters.bad)).toEqual({ 'tcp fields': 1 });
    expect(door.counters.points.get('tcp')).toBe(8);
  });

  test.each([
    ['a b c', 'value'],
    ['a inf 1', 'value'],
    ['a nan 1', 'value'],
    ['a 0x10 1', 'value'],
    ['a 1 x', 'time'],
    ['a 1 -2', 'time'],
    ['a 1 1 1', 'fields'],
    ['a 1', 'fields'],
    ['... 1 1', 'path'],
    ['a;b= 1 1', 'path'],
    ['a 1 1800000000', 'store'],
    [`${'a'.repeat(4_200)} 1 1`, 'long'],
  ])('%.20s is bad by its %s', async (line, reason) => {
    const { door } = await open();
    await send(door.port, `${line}\ngood 1 1\n`);
    expect(Object.fromEntries(door.counters.bad)).toEqual({ [`tcp ${reason}`]: 1 });
    expect(door.counters.points.get('tcp')).toBe(1);
  });

  test('come by UDP as well, several in a datagram, and none goes on in the next', async () => {
    const { door, points } = await open();
    const socket = createSocket('udp4');
    for (const packet of ['a 1 1\nb 2 2', 'c 3', ' 3\nd 4 4\n']) {
      await new Promise((resolve) => socket.send(packet, door.port, '127.0.0.1', resolve));
    }
    socket.close();
    await vi.waitFor(() => expect(points).toEqual(['a 1 1', 'b 2 2', 'd 4 4']));
    expect(door.counters.bad.get('udp fields')).toBe(2);
  });
});

describe('clients', () => {
  test('that send at once do not wait for each other', async () => {
    const { door, points } = await open();
    const idle = connect(door.port, '127.0.0.1');
    await once(idle, 'connect');
    idle.write('half of a li');
    await send(door.port, 'a 1 1\n');
    expect(points).toEqual(['a 1 1']);
    idle.destroy();
  });

  test('have so many connections at a time, and none that is silent for long', async () => {
    const { clock, door } = await open();
    const held = [1, 2, 3].map(() => connect(door.port, '127.0.0.1').resume());
    for (const socket of held) await once(socket, 'connect');
    await vi.waitFor(async () => {
      await send(door.port, 'a 1 1\n');
      expect(door.counters.bad.get('tcp connections')).toBeGreaterThan(0);
    });
    clock.run(700_000);
    for (const socket of held) if (!socket.closed) await once(socket, 'close');
    await send(door.port, 'b 1 1\n');
    expect(door.counters.points.get('tcp')).toBeGreaterThan(0);
  });

  test('only come by the ways that are wanted', async () => {
    const { door } = await open({ ...LINES, listeners: new Set(['udp']) });
    const socket = connect(door.port, '127.0.0.1');
    const [error] = await once(socket, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('pickles', () => {
  test('of every protocol are points', async () => {
    const { door, points } = await open(PICKLES);
    const frames = [...GOLDEN.values()].map((hex) => Buffer.from(hex, 'hex'));
    const all = Buffer.concat(frames);
    await send(door.port, all.subarray(0, 3), all.subarray(3, 100), all.subarray(100));
    expect(points).toHaveLength(8);
    expect(new Set(points)).toEqual(new Set(['a.b 1.5 1700000000', 'c;t=v 2 1700000000']));
  });

  test('that would do something close the connection, and so do frames of no length', async () => {
    const { door, points } = await open(PICKLES);
    const bad = Buffer.from(REFUSED, 'hex');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bad.length);
    const good = Buffer.from(GOLDEN.get(2) ?? '', 'hex');
    await send(door.port, Buffer.concat([length, bad, good]));
    await send(door.port, Buffer.concat([Buffer.alloc(4), good]));
    length.writeUInt32BE(2_000_000);
    await send(door.port, Buffer.concat([length, good]));
    expect(points).toEqual([]);
    expect(Object.fromEntries(door.counters.bad)).toEqual({ 'pickle pickle_refused': 1, 'pickle frame': 2 });
    await send(door.port, good);
    expect(points).toHaveLength(2);
  });
});
