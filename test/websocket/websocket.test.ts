import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { collector } from '../http/fake-parts.ts';
import { member } from '../support/nodes.ts';
import { client, door, type Frame, SELF, settled } from './door.ts';

test('who connects is greeted, gets the snapshot and then every change', async () => {
  const { bus, url } = await door();
  bus.emit({ type: 'member-alive', member: member('before') });
  const { frames } = client(`${url}/ws`);
  await settled(frames);

  bus.emit({ type: 'member-failed', member: member('a', { state: 'dead' }) });
  await expect.poll(() => frames.length).toBe(3);
  expect(frames).toMatchObject([
    { channel: 'hello', payload: { version: '0.1.0', node: 'node1', uuid: 'self', boot: 'b1', index: 1 } },
    { channel: 'snapshot', index: 1, last: true, payload: { members: { self: { uuid: 'self' } } } },
    { channel: 'gossip', index: 2, payload: { type: 'gossip::dead', uuid: 'a', state: 'dead' } },
  ]);
});

test('a large snapshot comes in parts, of which only the last says so', async () => {
  const pool = Array.from({ length: 2_000 }, (_, number) => member(`node-${number}`));
  const memberView = ({ id }: { id: string }) => ({ uuid: id, text: 'x'.repeat(200) });
  const { url } = await door({ membership: { self: SELF, members: new Map(pool.map((m) => [m.id, m])) }, memberView });
  const { frames } = client(`${url}/ws`);
  await settled(frames);

  const parts = frames.filter(({ channel }) => channel === 'snapshot');
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.map(({ last }) => last ?? false)).toEqual(parts.map((_, at) => at === parts.length - 1));
});

test('a ping is answered with what was in it, anything else with an error; the connection stays', async () => {
  const { url } = await door();
  const { socket, frames } = client(`${url}/ws`);
  await settled(frames);

  for (const text of ['{"ping":7}', 'garbage', 'null', '[]', '{}', '{"ping":{"a":1}}']) socket.send(text);
  socket.send(Buffer.from('{"ping":1}'), { binary: true });
  await expect.poll(() => frames.length).toBe(9);
  expect(frames.slice(2).map(({ channel, payload }) => [channel, channel === 'pong' ? payload : undefined])).toEqual([
    ['pong', 7],
    ['error', undefined],
    ['error', undefined],
    ['error', undefined],
    ['error', undefined],
    ['pong', { a: 1 }],
    ['error', undefined],
  ]);
});

test('a message over 64 KiB ends the connection', async () => {
  const { url } = await door();
  const { socket, frames, closed } = client(`${url}/ws`);
  await settled(frames);

  socket.send('x'.repeat(65_537));
  expect(await closed).toBe(1009);
});

test.each([
  ['/other', {}, 404],
  ['/ws', { origin: 'http://evil.example' }, 403],
  ['/ws', { headers: { host: 'evil.example' } }, 421],
])('an upgrade at %s with %o is refused with %i', async (path, options, status) => {
  const { url } = await door();
  const { socket } = client(url + path, options);

  const [, response] = await once(socket, 'unexpected-response');
  expect(response.statusCode).toBe(status);
  expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
});

test('one client too many is sent away', async () => {
  const { url, websocket } = await door({ maxClients: 1 });
  const first = client(`${url}/ws`);
  await settled(first.frames);

  expect(await client(`${url}/ws`).closed).toBe(1013);
  expect(websocket.counters).toMatchObject({ clients: 1, closedSlow: 0 });
});

test('who does not read is closed while others are served', async () => {
  const { bus, url, websocket } = await door({ memberView: ({ id }) => ({ uuid: id, text: 'x'.repeat(200_000) }) });
  const slow = client(`${url}/ws`);
  const good = client(`${url}/ws`);
  await settled(slow.frames);
  await settled(good.frames);
  slow.socket.pause();

  for (let sent = 1; sent <= 200 && websocket.counters.closedSlow === 0; sent += 1) {
    bus.emit({ type: 'member-alive', member: member('a') });
    await expect.poll(() => good.frames.length).toBe(2 + sent);
  }
  expect(websocket.counters).toMatchObject({ clients: 1, closedSlow: 1 });
  slow.socket.resume();
  expect(await slow.closed).toBe(1013);
});

test('who misses two pings is cut off, who answers stays', async () => {
  const { clock, url, websocket } = await door();
  const dead = client(`${url}/ws`, { autoPong: false });
  const alive = client(`${url}/ws`);
  await settled(dead.frames);
  await settled(alive.frames);

  for (let round = 0; round < 3; round += 1) {
    const pinged = once(alive.socket, 'ping');
    clock.run(30_000);
    await pinged;
    await expect.poll(() => alive.socket.bufferedAmount).toBe(0);
    await roundTrip(alive.socket, alive.frames);
  }
  expect(await dead.closed).toBe(1006);
  expect(websocket.counters.clients).toBe(1);
});

/** Waits until the other side has seen all that was sent before. */
async function roundTrip(socket: WebSocket, frames: readonly Frame[]): Promise<void> {
  const before = frames.length;
  socket.send('{"ping":0}');
  await expect.poll(() => frames.length).toBe(before + 1);
}

test('a stopping agent says goodbye', async () => {
  const { url, websocket } = await door();
  const { frames, closed } = client(`${url}/ws`);
  await settled(frames);

  websocket[Symbol.dispose]();
  expect(await closed).toBe(1001);
});

test('a plain request at a websocket port is told so', async () => {
  const { address } = await door();

  expect((await fetch(address)).status).toBe(426);
});

test('what collectors see comes only to who asked for it, and only when it is new', async () => {
  const { bus, url } = await door();
  const [asks, silent] = [client(`${url}/ws`), client(`${url}/ws`)];
  await Promise.all([settled(asks.frames), settled(silent.frames)]);
  const pongs = (frames: readonly Frame[]) => frames.filter(({ channel }) => channel === 'pong').length;
  asks.socket.send('{"subscribe":["collectors"],"ping":1}');
  await expect.poll(() => pongs(asks.frames)).toBe(1);
  const done = { type: 'collector-done', collector: collector('cpu', { results: { idle: 1 } }) } as const;
  bus.emit({ ...done, changed: true });
  bus.emit({ ...done, changed: false });
  asks.socket.send('{"unsubscribe":"collectors","ping":2}');
  await expect.poll(() => pongs(asks.frames)).toBe(2);
  bus.emit({ ...done, changed: true });
  for (const { socket } of [asks, silent]) socket.send('{"ping":3}');
  await expect.poll(() => pongs(asks.frames) + pongs(silent.frames)).toBe(4);
  const told = (frames: readonly Frame[]) => frames.filter(({ channel }) => channel === 'collectors');
  expect(told(asks.frames).map(({ payload }) => payload)).toEqual([
    { name: 'cpu', state: 'ok', log: '', results: { idle: 1 } },
  ]);
  expect(told(silent.frames)).toEqual([]);
});

test('a channel that is none is refused', async () => {
  const { url } = await door();
  const { socket, frames } = client(`${url}/ws`);
  await settled(frames);
  socket.send('{"subscribe":["weather"]}');
  await expect.poll(() => frames.at(-1)?.channel).toBe('error');
});

test('keys are told only to who asked for them, and only those that begin as was said', async () => {
  const { url, bus } = await door();
  const [config, all, none] = [client(`${url}/ws`), client(`${url}/ws`), client(`${url}/ws`)];
  for (const { frames } of [config, all, none]) await settled(frames);
  config.socket.send('{"subscribe":["kv"],"prefix":"config/"}');
  all.socket.send('{"subscribe":"kv"}');
  for (const { socket } of [config, all, none]) socket.send('{"ping":1}');
  for (const { frames } of [config, all, none]) {
    await expect.poll(() => frames.some(({ channel }) => channel === 'pong')).toBe(true);
  }
  const change = { type: 'kv-change', op: 'put', version: 'v', index: 1, expires: null } as const;
  for (const key of ['other', 'config/db', '__health/1']) bus.emit({ ...change, key });
  for (const { socket } of [config, all, none]) socket.send('{"ping":2}');
  const told = async ({ frames }: typeof config) => {
    await expect.poll(() => frames.filter(({ channel }) => channel === 'pong').length).toBe(2);
    return frames.filter(({ channel }) => channel === 'kv').map(({ payload }) => payload['key']);
  };
  expect(await told(config)).toEqual(['config/db']);
  expect(await told(all)).toEqual(['other', 'config/db']);
  expect(await told(none)).toEqual([]);
});
