import { once } from 'node:events';
import { chmodSync, linkSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createNetServer, type NetConnectOpts } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { createApi } from '../../src/http/api.ts';
import { BlockingReads } from '../../src/http/blocking.ts';
import { createDoor } from '../../src/http/door.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { type HttpLimits, listenHttp } from '../../src/net/http-listener.ts';
import { listenUnix } from '../../src/net/unix-socket.ts';
import { tempDirectory } from '../support/temp.ts';
import { fakeParts, SETTINGS } from './fake-parts.ts';
import { open, readAll, request, sendRaw } from './raw-client.ts';

const DOOR = { ...SETTINGS, wall: { hostNames: () => ['node1'], pagePorts: () => [] } };
const LIMITS: HttpLimits = { connectionsPerClient: 100 };
const handler = (door: 'socket' | 'tcp', parts = fakeParts()) => ({
  onRequest: createDoor(createApi(parts, SETTINGS), DOOR, door),
});

async function tcpDoor(limits: HttpLimits = LIMITS): Promise<NetConnectOpts> {
  const wanted = { addresses: ['127.0.0.1'] as const, port: 0, door: 'http', log: silent };
  const listener = await listenHttp(wanted, handler('tcp'), limits);
  onTestFinished(() => listener[Symbol.asyncDispose]());
  return { host: '127.0.0.1', port: listener.port };
}

function temp(): string {
  const directory = tempDirectory();
  onTestFinished(() => directory[Symbol.dispose]());
  return directory.path;
}

async function unixDoor(
  path = join(temp(), 'run', 'opsbro.sock'),
  parts?: ReturnType<typeof fakeParts>,
): Promise<{ path: string }> {
  const listener = await listenUnix({ path }, handler('socket', parts), LIMITS);
  onTestFinished(() => listener[Symbol.asyncDispose]());
  return { path };
}

test.each(['/kv/a/../b', '/kv/%2e%2e/b', '/kv/./b', '/kv/a\\b', '/kv/%zz'])('PUT %s reaches no key', async (target) => {
  const to = await unixDoor();

  const answer = await sendRaw(to, request(`PUT ${target}`, ['Content-Length: 1'], 'x'));
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'bad_key' } });
  expect((await sendRaw(to, request('GET /kv'))).body).toBe('[]');
});

test.each([
  ['/kv//a', '/a'],
  ['/kv/a%2F%2Fb/', 'a//b/'],
  ['/kv/%25', '%'],
  ['/kv/%C3%A9?ttl=60', 'é'],
])('PUT %s writes the key %s', async (target, key) => {
  const to = await unixDoor();

  expect((await sendRaw(to, request(`PUT ${target}`, ['Content-Length: 1'], 'x'))).status).toBe(200);
  expect(JSON.parse((await sendRaw(to, request('GET /kv'))).body)).toEqual([key]);
});

test('a host or a page of somebody else is refused over TCP', async () => {
  const to = await tcpDoor();

  const rebound = await sendRaw(to, 'GET /agent/name HTTP/1.1\r\nHost: evil.example\r\n\r\n');
  expect([rebound.status, JSON.parse(rebound.body).error.code]).toEqual([421, 'wrong_host']);
  const foreign = await sendRaw(to, request('GET /agent/name', ['Origin: http://evil.example']));
  expect([foreign.status, JSON.parse(foreign.body).error.code]).toEqual([403, 'forbidden']);
  expect((await sendRaw(to, request('GET /agent/name'))).body).toBe('"one"');
});

test('who goes away while it waits makes room for others', async () => {
  const bus = new Bus<AgentEvent>(() => {});
  const reads = new BlockingReads({ bus, clock: systemClock, random: () => 0, boot: 'b', maxWaiting: 1 });
  const to = await unixDoor(undefined, fakeParts({ reads }));
  const status = async () => (await sendRaw(to, request('GET /agent/events?index=1&wait=1ms'))).status;

  const first = await open(to);
  first.write(request('GET /agent/events?index=1&wait=10m'));
  await expect.poll(status).toBe(503);
  first.destroy();
  await expect.poll(status).toBe(200);
});

test('the socket writes, loopback reads', async () => {
  const run = request('POST /collectors/cpu/run', ['Content-Length: 0']);

  expect((await sendRaw(await tcpDoor(), run)).status).toBe(401);
  expect((await sendRaw(await unixDoor(), run)).status).toBe(200);
});

test('a body that is too long is refused before it is read, and the connection is closed', async () => {
  const declared = request('PUT /kv/a', ['Content-Length: 1000000']).replace('Connection: close\r\n', '');
  const chunk = `${(2_000).toString(16)}\r\n${'x'.repeat(2_000)}\r\n`;
  const streamed = request('PUT /kv/a', ['Transfer-Encoding: chunked'], chunk).replace('Connection: close\r\n', '');

  for (const text of [declared, streamed]) {
    const answer = await sendRaw(await unixDoor(), text);
    expect(answer.status).toBe(413);
    expect(answer.head.toLowerCase()).toContain('connection: close');
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'too_large', limit: 1_000 } });
  }
});

test('a value that is sent in pieces comes back whole, by HEAD without it, and not at all to who has it', async () => {
  const to = await unixDoor();
  const pieces = '2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n';

  expect((await sendRaw(to, request('PUT /kv/a', ['Transfer-Encoding: chunked'], pieces))).status).toBe(200);
  const read = await sendRaw(to, request('GET /kv/a?raw'));
  expect([read.status, read.body]).toEqual([200, 'abcde']);
  expect(read.head.toLowerCase()).toMatch(/content-length: 5\b/);
  const head = await sendRaw(to, request('HEAD /kv/a'));
  expect([head.status, head.body]).toEqual([200, '']);
  expect(head.head.toLowerCase()).toMatch(/content-length: 5\b/);
  const tag = /etag: (\S+)/i.exec(read.head)?.[1];
  const again = await sendRaw(to, request('GET /kv/a?raw', [`If-None-Match: ${tag}`]));
  expect([again.status, again.body]).toEqual([304, '']);
});

test('a body that breaks off is no harm', async () => {
  const to = await unixDoor();
  const socket = await open(to);
  socket.write(request('PUT /kv/a', ['Content-Length: 10'], 'abc'));
  socket.destroy();

  expect((await sendRaw(to, request('GET /kv'))).body).toBe('[]');
});

test('a value needs a length', async () => {
  const answer = await sendRaw(await unixDoor(), request('PUT /kv/a'));

  expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([411, 'length_required']);
});

test('after a refusal with an unread body the connection serves on or is closed, never confused', async () => {
  const to = await tcpDoor();
  const refused = request('PUT /kv/a', ['Content-Length: 5'], 'GET /').replace('Connection: close\r\n', '');

  const answer = await sendRaw(to, refused + request('GET /agent/name'));
  expect(answer.status).toBe(401);
  expect(answer.body.match(/HTTP\/1.1 \d+/g) ?? []).toEqual(['HTTP/1.1 200']);
});

test.each(['PUT /kv/a', 'DELETE /kv/a', 'GET /kv/a', 'POST /kv-batch'])(
  'who does not end %s, and was answered, is hung up on',
  async (line) => {
    const to = await tcpDoor({ ...LIMITS, restMs: 20, keepAliveMs: 60_000 });
    const endless = request(line, ['Content-Length: 100000000000'], 'x').replace('Connection: close\r\n', '');
    expect((await sendRaw(to, endless)).status).toBe(line.startsWith('GET') ? 404 : 401);
  },
);

test('nothing stays of requests that ended after their answers', async () => {
  const listening: number[] = [];
  const onRequest = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    listening.push(incoming.socket.listenerCount('close'));
    outgoing.writeHead(401, { 'Content-Length': 0 }).end();
  };
  const wanted = { addresses: ['127.0.0.1'] as const, port: 0, door: 'http', log: silent };
  const listener = await listenHttp(wanted, { onRequest }, LIMITS);
  onTestFinished(() => listener[Symbol.asyncDispose]());
  const socket = await open({ host: '127.0.0.1', port: listener.port });
  for (let asked = 0; asked < 20; asked += 1) {
    const answered = once(socket, 'data');
    socket.write('PUT /kv/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n');
    await answered;
    socket.write('body');
  }
  socket.destroy();
  expect(listening).toHaveLength(20);
  expect(listening.at(-1)).toBe(listening[1]);
});

test.each([
  ['nonsense\r\n\r\n', 400],
  ['GET / HTTP/1.1\r\n\r\n', 400],
  ['GET / HTTP/1.0\r\n\r\n', 400],
  [`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  [request('TRACE /agent/name'), 405],
  [request('PROPFIND /agent/name'), 405],
])('%j is answered with %i', async (text, status) => {
  expect((await sendRaw(await tcpDoor(), text)).status).toBe(status);
});

test('who does not finish the head of a request is told and cut off', async () => {
  const to = await tcpDoor({ ...LIMITS, headersTimeoutMs: 100 });

  expect((await sendRaw(to, 'GET / HTTP/1.1\r\nHost: local')).status).toBe(408);
});

test('who goes away in the middle of a body leaves no trace', async () => {
  const reported: unknown[] = [];
  const report = (error: unknown) => String(reported.push(error));
  const path = join(temp(), 's');
  const api = createApi(fakeParts(), { ...SETTINGS, report });
  const listener = await listenUnix({ path }, { onRequest: createDoor(api, { ...DOOR, report }, 'socket') }, LIMITS);
  onTestFinished(() => listener[Symbol.asyncDispose]());

  const socket = await open({ path });
  socket.write(request('PUT /kv/a', ['Content-Length: 100'], 'only this'));
  socket.destroy();
  await expect
    .poll(async () => (await sendRaw({ path }, request('GET /metrics'))).body)
    .toContain('PUT /kv/:key*",status="400"');
  expect(reported).toEqual([]);
});

const noise = fc.oneof(
  fc.string({ unit: 'binary-ascii' }),
  fc
    .tuple(fc.constantFrom('GET', 'PUT', 'OPTIONS'), fc.webPath(), fc.string({ unit: 'binary-ascii' }))
    .map(([method, path, rest]) =>
      request(`${method} ${path}`, [`X: ${rest.replace(/[\r\n]/g, '')}`, 'Content-Length: 2'], rest),
    ),
);

test('no bytes end the agent', async () => {
  const to = await tcpDoor();
  await fc.assert(
    fc.asyncProperty(noise, async (text) => {
      const { status } = await sendRaw(to, `${text}\r\n\r\nX\r\n\r\n`);
      expect(Number.isNaN(status) || status < 500).toBe(true);
    }),
    { numRuns: 100 },
  );
  expect((await sendRaw(to, request('GET /agent/name'))).status).toBe(200);
});

test('one client has only so many connections', async () => {
  const to = await tcpDoor({ connectionsPerClient: 2 });
  const kept = [await open(to), await open(to)];

  expect((await readAll(await open(to))).status).toBe(429);
  const closed = new Promise((resolve) => kept[0]?.once('close', resolve));
  kept[0]?.end();
  await closed;
  await expect.poll(async () => (await sendRaw(to, request('GET /agent/name'))).status).toBe(200);
  kept[1]?.destroy();
});

test('clients behind loopback may have more of them together, where it is said so', async () => {
  const to = await tcpDoor({ connectionsPerClient: 1, connectionsAtLoopback: 2 });
  const kept = [await open(to), await open(to)];

  expect((await readAll(await open(to))).status).toBe(429);
  for (const socket of kept) socket.destroy();
});

test('closing does not wait for idle connections', async () => {
  const wanted = { addresses: ['127.0.0.1'] as const, port: 0, door: 'http', log: silent };
  const listener = await listenHttp(wanted, handler('tcp'), { ...LIMITS, closeGraceMs: 60_000 });
  const idle = await open({ host: '127.0.0.1', port: listener.port });
  const gone = readAll(idle);

  await listener[Symbol.asyncDispose]();
  expect((await gone).head).toBe('');
});

test('closing lets a running request end, and cuts off who does not come to one', async () => {
  const wanted = { addresses: ['127.0.0.1'] as const, port: 0, door: 'http', log: silent };
  const running: ServerResponse[] = [];
  const onRequest = (_: unknown, outgoing: ServerResponse) => void running.push(outgoing);
  const listener = await listenHttp(wanted, { onRequest }, { ...LIMITS, closeGraceMs: 100 });
  const to = { host: '127.0.0.1', port: listener.port };

  const answer = sendRaw(to, request('GET /slow').replace('Connection: close\r\n', ''));
  const stuck = sendRaw(to, request('GET /for-ever'));
  await expect.poll(() => running.length).toBe(2);
  const closed = listener[Symbol.asyncDispose]();
  running.find(({ req }) => req.url === '/slow')?.end('done');
  expect((await answer).body).toBe('done');
  await closed;
  expect((await stuck).head).toBe('');
});

test('all addresses get the same port, and one that this machine lacks is left out', async () => {
  const wanted = { addresses: ['127.0.0.1', '127.0.0.2', '2001:db8::1'] as const, port: 0, door: 'http', log: silent };
  const listener = await listenHttp(wanted, handler('tcp'), LIMITS);
  onTestFinished(() => listener[Symbol.asyncDispose]());

  expect(listener.addresses).toEqual(['127.0.0.1', '127.0.0.2']);
  const other = { host: '127.0.0.2', port: listener.port };
  expect((await sendRaw(other, request('GET /agent/name'))).status).toBe(200);
});

test('a port that is taken is named', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const wanted = { addresses: ['127.0.0.1'] as const, port, door: 'http', log: silent };

  await expect(listenHttp(wanted, handler('tcp'), LIMITS)).rejects.toMatchObject({
    code: 'conflict',
    message: `http: 127.0.0.1 port ${port} is in use already (opsbro doctor tells by whom); choose another port, 0 for any`,
  });
});

test('the socket and its folder are for user and group only', async () => {
  const { path } = await unixDoor();

  expect(statSync(path).mode & 0o777).toBe(0o660);
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o750);
});

test('a folder that is open to others is closed, one that is closed already stays so', async () => {
  const folder = temp();
  for (const [name, before, after] of [
    ['open', 0o755, 0o750],
    ['private', 0o700, 0o700],
    ['shared', 0o1777, 0o1777],
  ] as const) {
    mkdirSync(join(folder, name));
    chmodSync(join(folder, name), before);
    await unixDoor(join(folder, name, 's'));
    expect(statSync(join(folder, name)).mode & 0o7777).toBe(after);
  }
});

test('a socket that nobody answers at is replaced, one that is in use is not', async () => {
  const path = join(temp(), 's');
  const dead = createNetServer().listen(path);
  await new Promise((resolve) => dead.once('listening', resolve));

  await expect(listenUnix({ path }, handler('socket'), LIMITS)).rejects.toMatchObject({ code: 'already_exists' });
  await abandon(dead, path);
  await unixDoor(path);
  expect((await sendRaw({ path }, request('GET /agent/name'))).status).toBe(200);
});

/** Ends a server so that its socket file stays, as after a kill. */
async function abandon(server: ReturnType<typeof createNetServer>, path: string): Promise<void> {
  linkSync(path, `${path}.kept`);
  await new Promise((resolve) => server.close(resolve));
  renameSync(`${path}.kept`, path);
}

test('a file that is no socket is not removed, and a path too long for a socket is refused', async () => {
  const path = join(temp(), 's');
  writeFileSync(path, 'precious');

  await expect(listenUnix({ path }, handler('socket'), LIMITS)).rejects.toMatchObject({ code: 'invalid_config' });
  expect(statSync(path).size).toBe('precious'.length);
  const long = join(temp(), 'x'.repeat(100));
  await expect(listenUnix({ path: long }, handler('socket'), LIMITS)).rejects.toThrow('longer than 107 bytes');
});
