import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Endpoint } from '../../src/net/address.ts';
import type { PeerDoorOptions } from '../../src/peer/door.ts';
import { FRAME, frameHead, MAX_FRAME } from '../../src/peer/frames.ts';
import { peerHeader } from '../../src/peer/signature.ts';
import { type RawAnswer, readAll, sendRaw } from '../http/raw-client.ts';
import { eventually } from '../support/gossip.ts';
import { clientWith, countOf, newKey, openDoor, TestKeys } from './pair.ts';
import { closed, derived, exchange, requestText, SENDER, secure } from './raw.ts';

const KEY = newKey();
const HELLO = { method: 'GET', path: '/peer/v1/hello', body: new Uint8Array() } as const;
const POST = { method: 'POST', path: '/peer/v1/kv/put?a=1', body: Buffer.from('value') } as const;

/** A door with a key and a part that counts how often it ran. */
async function keyed(change: Partial<PeerDoorOptions> = {}) {
  const keys = new TestKeys({ internet: [KEY] });
  const { door, at } = await openDoor(keys, change);
  onTestFinished(() => door[Symbol.asyncDispose]());
  let runs = 0;
  const put = () => {
    runs += 1;
    return runs;
  };
  door.route({ part: 'kv', method: 'POST', path: '/put', maxBody: 1_000, timeoutMs: 300, handle: put });
  const ask = async (text: string): Promise<RawAnswer> => await exchange(await secure(at, KEY), text);
  return { door, at, keys, ask, runs: () => runs };
}

/** The door still answers a peer. */
async function expectAlive(at: Endpoint): Promise<void> {
  using client = clientWith(new TestKeys({ internet: [KEY] }));
  expect(await client.ask(at, { method: 'GET', path: HELLO.path })).toMatchObject({ status: 200 });
}

test.each([
  ['the right name but another secret', () => ({ psk: randomBytes(32), identity: derived(KEY).identity }), 'wrong_key'],
  ['an unknown key', () => ({ psk: randomBytes(32), identity: `internet/${'0'.repeat(16)}` }), 'unknown_key'],
  ['the key under the name of another zone', () => ({ ...derived(KEY), identity: 'lan/x' }), 'unknown_key'],
  ['a name of rubbish', () => ({ psk: randomBytes(32), identity: 'x'.repeat(128) }), 'unknown_key'],
  ['no key', undefined, 'unknown_key'],
])('a handshake with %s ends there', async (_, pskCallback, reason) => {
  const { door, at } = await keyed();
  await expect(secure(at, KEY, { pskCallback })).rejects.toThrow();
  await eventually(() => countOf(door, `refused_${reason}`) === 1, 2_000);
  expect(countOf(door, 'requests')).toBe(0);
  await expectAlive(at);
});

test.each([
  ['TLS 1.2', { maxVersion: 'TLSv1.2', minVersion: 'TLSv1.2', ciphers: 'PSK' }, 'old_tls'],
  ['ciphers of another hash', { ciphers: 'TLS_AES_256_GCM_SHA384' }, 'other_cipher'],
] as const)('%s is not spoken', async (_, change, reason) => {
  const { door, at } = await keyed();
  await expect(secure(at, KEY, change)).rejects.toThrow();
  await eventually(() => countOf(door, `refused_${reason}`) === 1, 2_000);
});

test('a session is not taken up again, so a removed key cannot come back by one', async () => {
  const { door, at, keys } = await keyed();
  const first = await secure(at, KEY);
  let session: Buffer | undefined;
  first.on('session', (ticket) => {
    session = ticket;
  });
  await exchange(first, requestText(KEY, HELLO));
  expect(session).toBeDefined();
  keys.set('internet', [newKey()]);
  await expect(secure(at, KEY, { session })).rejects.toThrow();
  await expect(secure(at, KEY, { session, pskCallback: undefined })).rejects.toThrow();
  await eventually(() => countOf(door, 'refused_unknown_key') === 2, 2_000);
  expect(countOf(door, 'secured')).toBe(1);
});

test('nothing is answered in the clear where there is a key, but it is said why', async () => {
  const { door, at } = await keyed();
  const answer = await sendRaw({ host: at.address, port: at.port }, requestText(KEY, HELLO));
  expect(answer.status).toBe(401);
  expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'unauthorized' } });
  expect(countOf(door, 'refused_plain')).toBe(1);
  expect(countOf(door, 'requests')).toBe(0);
});

test.each([
  ['no header', '', 'no_header'],
  ['a header of rubbish', 'a.b.c.d.e', 'no_header'],
  ['a header without signature', 'id-x.boot-x.1.', 'bad_signature'],
  ['a counter beyond all numbers', `id-x.boot-x.${'9'.repeat(17)}.${'0'.repeat(64)}`, 'no_header'],
  ['a signature of another request', peerHeader(SENDER, HELLO, derived(KEY).signing), 'bad_signature'],
  ['a signature by another key', peerHeader(SENDER, POST, derived(newKey()).signing), 'bad_signature'],
  [
    'the signature of another sender',
    peerHeader(SENDER, POST, derived(KEY).signing).replace('id-x', 'id-y'),
    'bad_signature',
  ],
])('a request with %s does not run', async (_, header, reason) => {
  const { door, ask, runs } = await keyed();
  const answer = await ask(requestText(KEY, POST, header));
  expect(answer.status).toBe(401);
  expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'unauthorized' } });
  expect(countOf(door, `refused_${reason}`)).toBe(1);
  expect(runs()).toBe(0);
});

test('a request counts once', async () => {
  const { door, ask, runs } = await keyed();
  const text = requestText(KEY, POST);
  expect((await ask(text)).status).toBe(200);
  expect((await ask(text)).status).toBe(401);
  expect(runs()).toBe(1);
  expect(countOf(door, 'refused_replay_seen')).toBe(1);
});

test.each([
  ['body', requestText(KEY, POST).replace(/value$/, 'other')],
  ['path', requestText(KEY, POST).replace('a=1', 'a=2')],
  ['method', requestText(KEY, { ...POST, path: '/peer/v1/kv/put' }).replace('POST', 'PUT')],
])('a request whose %s was changed does not run', async (_, text) => {
  const { ask, runs } = await keyed();
  expect((await ask(text)).status).toBeGreaterThanOrEqual(400);
  expect(runs()).toBe(0);
});

test.each([
  '/peer/v1/../v1/hello',
  '/peer/v1/kv/%2e%2e/put',
  '/peer/v1//\\hello',
  '/peer/v1/hello#x',
  'http://peer/peer/v1/hello',
  '//peer/v1/hello',
  '/peer/v1/hello?a#x',
  '*',
])('the target %s is refused before it is routed', async (path) => {
  const { door, ask } = await keyed();
  expect((await ask(requestText(KEY, { ...HELLO, path }))).status).toBeGreaterThanOrEqual(400);
  expect(countOf(door, 'answered')).toBe(0);
});

test('a target of endless length is refused', async () => {
  const { ask } = await keyed();
  expect((await ask(requestText(KEY, { ...HELLO, path: `/peer/v1/${'a'.repeat(5_000)}` }))).status).toBe(414);
});

test('a body that is too long is refused by its length, or as soon as it is', async () => {
  const { ask, at, runs } = await keyed();
  expect((await ask(requestText(KEY, { ...POST, body: Buffer.alloc(1_001) }))).status).toBe(413);
  const socket = await secure(at, KEY);
  const header = peerHeader(SENDER, POST, derived(KEY).signing);
  socket.write(
    `POST ${POST.path} HTTP/1.1\r\nHost: peer\r\nx-opsbro-peer: ${header}\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  socket.write(`1000\r\n${'x'.repeat(0x1000)}\r\n`);
  expect((await readAll(socket)).status).toBe(413);
  expect(runs()).toBe(0);
});

test('a body that does not come is not waited for', async () => {
  const { at, runs } = await keyed();
  const socket = await secure(at, KEY);
  const answer = await exchange(socket, requestText(KEY, POST).slice(0, -2));
  expect(answer.status).toBe(504);
  expect(runs()).toBe(0);
});

test('a head that comes drop by drop is not waited for', async () => {
  const { door, at } = await keyed({ limits: { headersTimeoutMs: 200 } });
  const socket = await secure(at, KEY);
  socket.on('error', () => {});
  const drops = setInterval(() => socket.write('x'), 20);
  onTestFinished(() => clearInterval(drops));
  socket.write('GET /peer/v1/he');
  await closed(socket);
  expect(countOf(door, 'refused_slow')).toBe(1);
  await expectAlive(at);
});

test('a head that never ends is refused', async () => {
  const { door, at } = await keyed();
  const socket = await secure(at, KEY);
  expect((await exchange(socket, `GET /peer/v1/hello HTTP/1.1\r\nA: ${'x'.repeat(20_000)}`)).status).toBe(431);
  expect(countOf(door, 'refused_long_head')).toBe(1);
});

test('what is no HTTP is refused', async () => {
  const { door, at } = await keyed();
  expect((await exchange(await secure(at, KEY), 'rubbish\r\n\r\n')).status).toBe(400);
  expect(countOf(door, 'refused_no_http')).toBe(1);
  await expectAlive(at);
});

/** A connection without a word. */
const silentConnection = ({ address, port }: Endpoint): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, address, () => resolve(socket));
    socket.once('error', reject);
  });

test('a thousand connections of one address leave the door open for others', async () => {
  const { door, at } = await keyed({ addresses: ['127.0.0.1', '127.0.0.2'], limits: { connectionsPerAddress: 50 } });
  const crowd = await Promise.all(Array.from({ length: 1_000 }, () => silentConnection(at)));
  for (const socket of crowd) socket.on('error', () => {});
  onTestFinished(() => void crowd.map((socket) => socket.destroy()));
  await eventually(() => countOf(door, 'refused_connections') === 950, 20_000);
  const other = await secure(at, KEY, { localAddress: '127.0.0.3' } as never);
  expect((await exchange(other, requestText(KEY, HELLO))).status).toBe(200);
});

test.each([
  ['says nothing', Buffer.alloc(0), 'silent'],
  ['begins a handshake and goes no further', Buffer.from([0x16, 3, 1]), 'slow_handshake'],
])('who %s is not waited for', async (_, bytes, reason) => {
  const { door, at } = await keyed({ limits: { handshakeTimeoutMs: 150 } });
  const socket = await silentConnection(at);
  socket.write(bytes);
  await closed(socket);
  await eventually(() => countOf(door, `refused_${reason}`) === 1, 1_000);
});

test('garbage instead of a handshake ends there', async () => {
  const { door, at } = await keyed();
  const socket = await silentConnection(at);
  socket.write(Buffer.concat([Buffer.from([0x16]), randomBytes(500)]));
  await closed(socket);
  await eventually(() => countOf(door, 'refused_bad_handshake') === 1, 1_000);
  await expectAlive(at);
});

test('more requests at a time than one peer may have are refused', async () => {
  const { door, at } = await keyed({ limits: { requestsPerPeer: 2 } });
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  door.route({ part: 'slow', method: 'GET', path: '', handle: () => gate });
  using client = clientWith(new TestKeys({ internet: [KEY] }));
  const slow = { method: 'GET', path: '/peer/v1/slow' } as const;
  const running = [client.ask(at, slow), client.ask(at, slow)];
  await eventually(() => countOf(door, 'requests') === 2, 2_000);
  await expect(client.ask(at, slow)).rejects.toMatchObject({ code: 'too_many_requests' });
  letGo();
  await Promise.all(running);
  await client.ask(at, slow);
});

test('more requests at a time than a route takes are refused', async () => {
  const { door, at } = await keyed();
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  door.route({ part: 'slow', method: 'GET', path: '', concurrency: 1, handle: () => gate });
  using client = clientWith(new TestKeys({ internet: [KEY] }));
  const slow = { method: 'GET', path: '/peer/v1/slow' } as const;
  const running = client.ask(at, slow);
  await eventually(() => countOf(door, 'requests') === 1, 2_000);
  await expect(client.ask(at, slow)).rejects.toMatchObject({ code: 'overloaded' });
  letGo();
  await running;
});

/** The text that asks for a stream. */
const openingText = (part: string, header?: string): string =>
  requestText(KEY, { ...HELLO, path: `/peer/v1/${part}/stream` }, header).replace(
    'Connection: close',
    'Connection: Upgrade\r\nUpgrade: opsbro-frames',
  );

test.each([
  ['of an unknown type', Buffer.from([0, 0, 0, 0, 77])],
  ['larger than any', frameHead(FRAME.data, MAX_FRAME + 1)],
  ['of rubbish', Buffer.alloc(1_000, 0xee)],
])('a frame %s ends the stream and nothing else', async (_, bytes) => {
  const { door, at } = await keyed();
  const reasons: string[] = [];
  door.stream('kv', (stream) => {
    stream.onClose((reason) => reasons.push(reason));
    stream.onFrame(() => {});
  });
  const socket = await secure(at, KEY);
  socket.write(openingText('kv'));
  socket.write(bytes);
  await closed(socket);
  expect(reasons).toHaveLength(1);
  expect(['bad_frame', 'too_large']).toContain(reasons[0]);
  await expectAlive(at);
});

test('a stream is not opened without a signature, nor twice by one', async () => {
  const { door, at } = await keyed();
  let opened = 0;
  door.stream('kv', () => {
    opened += 1;
  });
  expect((await exchange(await secure(at, KEY), openingText('kv', ''))).status).toBe(401);
  const first = await secure(at, KEY);
  first.write(openingText('kv'));
  await eventually(() => opened === 1, 2_000);
  expect((await exchange(await secure(at, KEY), openingText('kv'))).status).toBe(401);
  expect(opened).toBe(1);
  first.destroy();
});

test('a peer that vanishes in the middle of anything is forgotten', async () => {
  const { door, at } = await keyed();
  door.stream('kv', (stream) => stream.onFrame(() => {}));
  for (const text of ['', 'GET /peer', requestText(KEY, POST).slice(0, -2), openingText('kv')]) {
    const socket = await secure(at, KEY);
    await new Promise((resolve) => socket.write(text, resolve));
    socket.destroy();
  }
  await eventually(() => countOf(door, 'secured_now') + countOf(door, 'streams_now') === 0, 2_000);
  await expectAlive(at);
});

test('one source is complained of once a minute', async () => {
  const lines: unknown[] = [];
  const warn = (fields: unknown) => void lines.push(fields);
  const log = { debug() {}, info() {}, error() {}, warn, child: () => log };
  const { door, at } = await keyed({ log });
  for (let each = 0; each < 5; each += 1) await expect(secure(at, newKey())).rejects.toThrow();
  await eventually(() => countOf(door, 'refused_unknown_key') === 5, 2_000);
  expect(lines).toEqual([{ source: '127.0.0.1', reason: 'unknown_key' }]);
});
