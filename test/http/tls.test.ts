import { once } from 'node:events';
import { Agent, type RequestOptions, request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { silent } from '../../src/base/log.ts';
import { createApi } from '../../src/http/api.ts';
import { createDoor } from '../../src/http/door.ts';
import { listenHttp } from '../../src/net/http-listener.ts';
import { WebTls } from '../../src/net/web-tls.ts';
import { type MadeCertificate, madeCertificate } from '../support/certificates.ts';
import { fakeParts, SETTINGS } from './fake-parts.ts';
import { readAll, sendRaw, request as written } from './raw-client.ts';

const WALL = { hostNames: () => [], pagePorts: () => [] };
let ours: MadeCertificate;
let other: MadeCertificate;

beforeAll(() => {
  ours = madeCertificate();
  other = madeCertificate();
});

async function door({ connectionsPerClient = 100, handshakeMs = 10_000 } = {}) {
  const parts = fakeParts();
  const tls = new WebTls(ours, handshakeMs);
  const settings = { ...SETTINGS, access: parts.access, wall: WALL };
  const listener = await listenHttp(
    { addresses: ['127.0.0.1'], port: 0, door: 'http', log: silent },
    {
      onRequest: createDoor(createApi(parts, settings), settings, 'tcp'),
      onConnection: (socket, serve) => tls.onConnection(socket, serve),
    },
    { connectionsPerClient },
  );
  onTestFinished(() => listener[Symbol.asyncDispose]());
  return { parts, tls, port: listener.port };
}

/** Asks by HTTPS, and believes this certificate only. */
async function ask(target: string, { body, ...options }: RequestOptions & { readonly body?: string }) {
  const to = {
    host: '127.0.0.1',
    path: target,
    agent: false,
    headers: { 'content-type': 'application/json' },
    ...options,
  };
  const asking = request(to).end(body);
  const [answer] = await once(asking, 'response');
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode as number, headers: answer.headers as Record<string, unknown>, text };
}

test('the API answers over TLS, and its cookie is for TLS only', async () => {
  const { parts, port } = await door();
  const { secret } = await parts.access.tokens.create({ name: 'ops', scope: 'write' });

  expect(await ask('/agent/name', { port, ca: ours.cert })).toMatchObject({ status: 200, text: '"one"' });
  const login = { port, ca: ours.cert, method: 'POST', body: JSON.stringify({ token: secret }) };
  expect(String((await ask('/login', login)).headers['set-cookie'])).toMatch(/; Secure$/);
});

test('several requests go over one connection', async () => {
  const { port } = await door({ connectionsPerClient: 1 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: ours.cert });
  onTestFinished(() => agent.destroy());

  for (let time = 0; time < 3; time++) expect((await ask('/agent/name', { port, agent })).status).toBe(200);
});

test('who speaks plain HTTP is told how to ask', async () => {
  const { port } = await door();

  const answer = await sendRaw({ host: '127.0.0.1', port }, written('GET /agent/name'));
  expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('write https://')]);
});

test('a renewed certificate is shown to who connects from then on, and who is connected stays', async () => {
  const { tls, port } = await door();
  const before = connectTls({ host: '127.0.0.1', port, ca: ours.cert });
  await once(before, 'secureConnect');

  tls.renew(other);
  expect((await ask('/agent/name', { port, ca: other.cert })).status).toBe(200);
  await expect(ask('/agent/name', { port, ca: ours.cert })).rejects.toThrow();
  before.write(written('GET /agent/name'));
  expect((await readAll(before)).body).toBe('"one"');
  expect(() => tls.renew({ cert: ours.cert, key: other.key })).toThrow();
});

test('noise and broken handshakes harm nobody', async () => {
  const { port } = await door({ handshakeMs: 300 });

  for (const noise of [Buffer.from([0x16]), Buffer.from([0x16, 3, 1, 0xff, 0xff, 1]), Buffer.alloc(5_000, 0x16)]) {
    const socket = connectTcp({ host: '127.0.0.1', port });
    socket.on('error', () => {}).resume();
    socket.end(noise);
    await once(socket, 'close');
  }
  expect((await ask('/agent/name', { port, ca: ours.cert })).status).toBe(200);
});

test('one client has no more connections than it may, handshake or not', async () => {
  const { port } = await door({ connectionsPerClient: 2 });
  const open = async () => {
    const socket = connectTcp({ host: '127.0.0.1', port });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  await open();
  await open();

  const third = await open();
  await once(third.resume(), 'close');
});
