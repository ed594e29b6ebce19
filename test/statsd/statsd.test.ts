import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import { type StatsdOptions, startStatsd } from '../../src/statsd/statsd.ts';
import type { ToldCheck, ToldEvent } from '../../src/statsd/told.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';
import { USUAL } from './windows.ts';

let opened = new Disposal();
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  opened = new Disposal();
});

/** A door on a free port at a made-up time, three seconds before the end of a window. */
async function open(changes: Partial<StatsdOptions> = {}) {
  const clock = new SimulatedClock(1_700_000_007_000);
  const points: (readonly [name: string, value: number, time: number])[] = [];
  const events: ToldEvent[] = [];
  const checks: ToldCheck[] = [];
  const troubles = new Map<string, string>();
  const door = await startStatsd({
    ...{ bind: ['127.0.0.1'], port: 0, settings: USUAL, clock, random: seeded(3), log: silent },
    store: (name, value, time) => points.push([name, value, time]),
    takeEvent: (event) => events.push(event),
    takeCheck: (check) => {
      checks.push(check);
      return check.name === 'known';
    },
    shelf: memoryShelf(),
    trouble: (code, text) => troubles.set(code, text),
    ...changes,
  });
  opened.use(door);
  const lastOf = (name: string) => points.findLast(([each]) => each === name)?.[1];
  return { clock, points, events, checks, troubles, door, lastOf };
}

async function sendUdp(port: number, ...packets: readonly string[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const packet of packets) {
    await new Promise((resolve) => socket.send(packet, port, '127.0.0.1', resolve));
  }
  socket.close();
}

async function sendTcp(port: number, pieces: readonly string[]): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => {}).resume();
  socket.setNoDelay();
  for (const piece of pieces) {
    if (socket.writable) await new Promise((resolve) => socket.write(piece, resolve));
  }
  socket.end();
  await once(socket, 'close');
}

test('a window ends at a multiple of its length, and its points are of that time', async () => {
  const { clock, door, points, lastOf } = await open();
  await sendUdp(door.port, 'hits:1|c\nhits:2|c\r\n\nk:5|ms');
  await vi.waitFor(() => expect(door.counters.samples).toBe(3));
  clock.run(2_999);
  expect(points).toEqual([]);
  clock.run(1);
  expect(points).toContainEqual(['stats.counters.hits.count', 3, 1_700_000_010]);
  expect(lastOf('stats.counters.hits.rate')).toBe(1);
  expect(lastOf('statsd.packets_received')).toBe(1);
  clock.run(10_000);
  expect(points).toContainEqual(['stats.counters.hits.count', 0, 1_700_000_020]);
});

test('the four that were promised, ten seconds apart', async () => {
  const { clock, door, points } = await open();
  clock.run(3_000);
  const lines = Array.from({ length: 100 }, (_, at) => `k:${at + 1}|ms`);
  await sendUdp(door.port, lines.join('\n'));
  await vi.waitFor(() => expect(door.counters.samples).toBe(100));
  clock.run(10_000);
  const told = { lower: 1, upper: 100, mean: 50.5, upper_99: 99, mean_99: 50, count_ps: 10 };
  for (const [stat, value] of Object.entries(told)) {
    expect(points).toContainEqual([`stats.timers.k.${stat}`, value, 1_700_000_020]);
  }
});

test('the same lines over TCP, cut at every byte, are the same samples', async () => {
  const { door } = await open();
  const text = 'a:1|c\nbad\nb:2|c|#x:1\r\nc:3|c';
  for (let at = 0; at <= text.length; at++) await sendTcp(door.port, [text.slice(0, at), text.slice(at)]);
  const times = text.length + 1;
  await vi.waitFor(() => expect(door.counters.samples).toBe(3 * times));
  expect(door.counters.badLines).toBe(times);
});

test('a datagram may be as long as one can be', async () => {
  const { door } = await open();
  const lines = Array.from({ length: 4_000 }, (_, at) => `key${at % 50}:${at % 10}|c`);
  const packet = lines.join('\n').padEnd(65_507, '\n');
  expect(packet.length).toBe(65_507);
  await sendUdp(door.port, packet);
  await vi.waitFor(() => expect(door.counters.samples).toBe(4_000));
});

test('a line over TCP that never ends closes the connection', async () => {
  const { door } = await open();
  await sendTcp(door.port, ['a:1|c\n', 'x'.repeat(9_000), 'x'.repeat(9_000)]);
  await vi.waitFor(() => expect(door.counters.badLines).toBe(1));
  expect(door.counters.samples).toBe(1);
});

test('events and results of checks are handed on', async () => {
  const { door, events, checks } = await open({ settings: { ...USUAL, takesChecks: true } });
  await sendUdp(
    door.port,
    '_e{5,9}:title|two\\nrows|d:1700000000|h:web1|p:low|#env:prod,a',
    '_e{2,2}:ti|te\n_e{9,9}:short|text\n_e{1,1}:a-b',
    '_sc|known|2|d:1700000000|#a:b|m:disk | full\n_sc|unknown|0\n_sc|bad|7\n_under.score:1|c',
  );
  await vi.waitFor(() => expect(door.counters.packets).toBe(3));
  expect(events).toEqual([
    { title: 'title', text: 'two\nrows', at: 1_700_000_000_000, tags: ['env:prod', 'a', 'host:web1'] },
    { title: 'ti', text: 'te', at: undefined, tags: [] },
  ]);
  expect(checks).toEqual([
    { name: 'known', state: 2, message: 'disk | full', at: 1_700_000_000_000 },
    { name: 'unknown', state: 0, message: '', at: undefined },
  ]);
  const { samples, badLines, ignored } = door.counters;
  expect({ samples, badLines, ignored }).toEqual({ samples: 4, badLines: 3, ignored: 1 });
});

test('what is switched off is ignored, and counted as that', async () => {
  const { door, events, checks } = await open({ settings: { ...USUAL, takesEvents: false } });
  await sendUdp(door.port, '_e{5,4}:title|text\n_sc|chk|0');
  await vi.waitFor(() => expect(door.counters.ignored).toBe(2));
  expect([events, checks, door.counters.badLines]).toEqual([[], [], 0]);
});

test('gauges are as they were after a restart, unless that took too long', async () => {
  const shelf = memoryShelf();
  const first = await open({ shelf });
  await sendUdp(first.door.port, 'g:5|g');
  await vi.waitFor(() => expect(first.door.counters.samples).toBe(1));
  await first.door[Symbol.asyncDispose]();
  expect(first.lastOf('stats.gauges.g')).toBe(5);
  const second = await open({ shelf });
  await sendUdp(second.door.port, 'g:+1|g');
  await vi.waitFor(() => expect(second.door.counters.samples).toBe(1));
  second.clock.run(3_000);
  expect(second.lastOf('stats.gauges.g')).toBe(6);
  await second.door[Symbol.asyncDispose]();
  const clock = new SimulatedClock(1_700_000_010_000 + 601_000);
  const late = await open({ shelf, clock });
  expect([...late.door.window.all]).toEqual([]);
});

test.each([7_200_000, -7_200_000])('a clock that is set by %i ms makes no rate negative or huge', async (jump) => {
  const { clock, door, points } = await open();
  clock.run(3_000);
  await sendUdp(door.port, 'hits:10|c');
  await vi.waitFor(() => expect(door.counters.samples).toBe(1));
  clock.run(4_000);
  clock.jumpWall(jump);
  for (let window = 0; window < 3; window++) clock.run(10_000);
  const counts = points.filter(([name]) => name === 'stats.counters.hits.count');
  expect(counts.reduce((sum, [, value]) => sum + value, 0)).toBe(10);
  const times = counts.map(([, , time]) => time);
  expect(new Set(times).size).toBe(times.length);
  expect(times.every((time) => time % 10 === 0)).toBe(true);
  for (const [, rate] of points.filter(([name]) => name === 'stats.counters.hits.rate')) {
    expect(rate).toBeGreaterThanOrEqual(0);
    expect(rate).toBeLessThanOrEqual(2.5);
  }
});

test('who may not send is refused and counted', async () => {
  const { door } = await open({ settings: { ...USUAL, allow: ['10.0.0.0/8'] } });
  await sendUdp(door.port, 'a:1|c');
  await sendTcp(door.port, ['a:1|c\n']).catch(() => {});
  await vi.waitFor(() => expect(door.counters.refused).toBe(2));
  expect(door.counters.samples).toBe(0);
});

test('the end of the door tells of the window as it is', async () => {
  const { door, points } = await open();
  await sendUdp(door.port, 'hits:1|c');
  await vi.waitFor(() => expect(door.counters.samples).toBe(1));
  await door[Symbol.asyncDispose]();
  expect(points).toContainEqual(['stats.counters.hits.count', 1, 1_700_000_010]);
});

test('random and mutated packets do no harm', async () => {
  const { clock, door, lastOf } = await open({ settings: { ...USUAL, maxSeries: 1_000 } });
  const random = seeded(20_261_122);
  const seeds = [
    'a.b:1|c|@0.5|#x:1,y',
    'k:1:2:3|ms',
    'g:+5|g',
    's:x|s',
    '_e{1,1}:a|b|#c',
    '_sc|n|0|m:x',
    'u:1|c|T1700000000',
  ];
  const socket = createSocket('udp4');
  for (let round = 0; round < 3_000; round++) {
    const bytes = Buffer.from((seeds[round % seeds.length] ?? '').repeat(1 + (round % 3)));
    for (let change = 0; change < 1 + (round % 5); change++) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    await new Promise((resolve) => socket.send(bytes, door.port, '127.0.0.1', resolve));
  }
  socket.send('alive:1|c', door.port, '127.0.0.1', () => socket.close());
  await vi.waitFor(() => expect([...door.window.all].some(({ key }) => key === 'alive')).toBe(true), {
    timeout: 10_000,
  });
  clock.run(3_000);
  expect(lastOf('stats.counters.alive.count')).toBe(1);
  expect(door.counters.series).toBeLessThanOrEqual(1_000);
});
