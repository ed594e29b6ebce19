import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '../../src/base/clock.ts';
import { createApi } from '../../src/http/api.ts';
import { createApp } from '../../src/http/app.ts';
import { createDoor, type DoorSettings } from '../../src/http/door.ts';
import { Heads } from '../../src/http/heads.ts';
import { PlainResponse } from '../../src/http/plain-response.ts';
import { Requests } from '../../src/http/requests.ts';
import { Reply, type Route, route } from '../../src/http/route.ts';
import { fakeParts, SETTINGS } from './fake-parts.ts';
import { open, readAll, request, sendRaw } from './raw-client.ts';

const DOOR = { ...SETTINGS, wall: { hostNames: () => [], pagePorts: () => [] } };

async function serving(
  app: Parameters<typeof createDoor>[0],
  settings: DoorSettings = DOOR,
): Promise<{ port: number; host: string }> {
  const server = createServer(createDoor(app, settings, 'socket')).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

/** The heads that a test cannot foresee, or that belong to the connection. */
const OF_THE_MOMENT = new Set(['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding']);

function headsIn(head: string): string[] {
  const lines = head.split('\r\n').slice(1);
  return lines
    .map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase()))
    .filter((line) => !OF_THE_MOMENT.has(line.split(':')[0] ?? ''))
    .sort();
}

const long = 'x'.repeat(900);

test.each([
  ['GET /kv/a'],
  ['GET /kv/a?pretty'],
  ['GET /kv/a?raw'],
  ['GET /kv/a?raw&pretty'],
  ['GET /kv/b%2Fc%20%C3%A9?raw'],
  ['GET /kv/long'],
  ['GET /kv/a?where'],
  ['GET /kv/a?r=1'],
  ['GET /kv/a?r=9x'],
  ['GET /kv/a?nonsense=1'],
  ['GET /kv/none'],
  ['GET /kv/a%0A'],
  ['GET /kv/a', ['If-None-Match: "v1"']],
  ['GET /kv/a', ['If-None-Match: "v7", W/"v1"']],
  ['GET /kv/a', ['If-None-Match: "v7"']],
  ['HEAD /kv/a'],
  ['PUT /kv/new', ['Content-Length: 3'], 'abc'],
  ['PUT /kv/new?ttl=60&w=1', ['Content-Length: 3'], 'abc'],
  ['PUT /kv/new?ttl=soon', ['Content-Length: 3'], 'abc'],
  ['PUT /kv/a', ['Content-Length: 3', 'If-None-Match: *'], 'abc'],
  ['PUT /kv/a', ['Content-Length: 3', 'If-Match: "v1"'], 'abc'],
  ['PUT /kv/a?cas=v1', ['Content-Length: 3'], 'abc'],
  ['PUT /kv/__own', ['Content-Length: 3'], 'abc'],
  ['PUT /kv/huge', ['Content-Length: 1500'], 'x'.repeat(1_500)],
  ['DELETE /kv/a'],
  ['DELETE /kv/a?cas=v9'],
  ['POST /kv/a', ['Content-Length: 0']],
])('%s is answered as the app would', async (line, heads: readonly string[] = [], body = '') => {
  const parts = () => {
    const made = fakeParts();
    void made.kv.put('a', Buffer.from('one'));
    void made.kv.put('b/c é', Buffer.from([0, 255, 13, 10]));
    void made.kv.put('long', Buffer.from(long));
    return made;
  };
  const [direct, around] = [createApi(parts(), SETTINGS), createApi(parts(), SETTINGS)];
  const byApp = { fetch: (asked: Request, arrival: object) => around.fetch(asked, arrival) };
  const [ours, theirs] = [await serving(direct), await serving(byApp)];
  const sent = request(line, heads, body);
  const [one, other] = [await sendRaw(ours, sent), await sendRaw(theirs, sent)];
  expect([one.status, one.body, headsIn(one.head)]).toEqual([other.status, other.body, headsIn(other.head)]);
  const counted = async (api: typeof direct) =>
    (await (await api.request('/metrics', {}, { caller: { door: 'socket' } })).text()).match(
      /^opsbro_http_requests_total.*\/kv.*/gm,
    );
  expect(await counted(direct)).toEqual(await counted(around));
});

const app = (routes: Record<string, Route>) => createApp(routes, { ...SETTINGS, requests: new Requests(systemClock) });

test('only what ends in one parameter can be hot', () => {
  const hot = route({ access: 'open', summary: 'x', isHot: true, answer: z.string(), handle: () => 'x' }) as Route;
  expect(() => app({ 'GET /a/:b/c': hot })).toThrow('GET /a/:b/c is hot, but has no path of one rest');
});

test('a hot route that streams is told to be broken, and its connection ends', async () => {
  const reported: unknown[] = [];
  const report = (error: unknown) => `number ${reported.push(error)}`;
  const hot = route({
    ...{ access: 'open', summary: 'x', isHot: true, answer: z.any() },
    params: z.strictObject({ key: z.string() }),
    handle: () => new ReadableStream() as never,
  }) as Route;
  const { status, body } = await sendRaw(
    await serving(app({ 'GET /s/:key*': hot }), { ...DOOR, report }),
    request('GET /s/a'),
  );
  expect([status, JSON.parse(body).error.code]).toEqual([500, 'internal']);
  expect(String(reported)).toContain('a hot route answered with a stream');
});

test.each([true, false])('a head that cannot be sent is told to be broken, hot: %s', async (isHot) => {
  const reported: unknown[] = [];
  const report = (error: unknown) => `number ${reported.push(error)}`;
  const faulty = route({
    ...{ access: 'open', summary: 'x', isHot, answer: z.string() },
    params: z.strictObject({ key: z.string() }),
    handle: () => new Reply('x', { headers: { broken: 'a\nb' } }),
  }) as Route;
  const to = await serving(app({ 'GET /s/:key*': faulty }), { ...DOOR, report });
  const { status, body } = await sendRaw(to, request('GET /s/a'));
  expect([status, JSON.parse(body).error.code, String(reported)]).toEqual([
    ...[500, 'internal'],
    expect.stringContaining('Invalid character in header'),
  ]);
});

test('who goes away ends what is done for it', async () => {
  let [asked, ended] = [false, false];
  const hot = route({
    ...{ access: 'open', summary: 'x', isHot: true, answer: z.string() },
    params: z.strictObject({ key: z.string() }),
    handle: ({ signal }) =>
      new Promise<string>((resolve) => {
        asked = true;
        signal.addEventListener('abort', () => {
          ended = true;
          resolve('late');
        });
      }),
  }) as Route;
  const socket = await open(await serving(app({ 'GET /s/:key*': hot })));
  socket.write(request('GET /s/a'));
  await expect.poll(() => asked).toBe(true);
  socket.destroy();
  await expect.poll(() => ended).toBe(true);
});

test('who has gone before anybody looks is gone', async () => {
  const hot = route({
    ...{ access: 'open', summary: 'x', isHot: true, answer: z.boolean() },
    params: z.strictObject({ key: z.string() }),
    handle: ({ signal }) => signal.aborted,
  }) as Route;
  const { direct } = app({ 'GET /s/:key*': hot });
  const incoming = { method: 'GET', url: '/s/a', headers: {} } as IncomingMessage;
  const left = { closed: true, writableFinished: false } as ServerResponse;
  const response = (await direct({ incoming, outgoing: left, caller: { door: 'socket' } })) as unknown;
  expect(PlainResponse.is(response) && String(response.bytes)).toBe('true');
});

test('what breaks after the head was sent ends that connection, and no other', async () => {
  const noBytes = PlainResponse.of({ length: 3 } as unknown as Buffer, 200, new Heads());
  const to = await serving({ fetch: () => new Response(), direct: () => Promise.resolve(noBytes) });
  const broken = await sendRaw(to, request('GET /s/a')).catch(() => ({ body: '' }));
  expect(broken.body).toBe('');
  const next = await sendRaw(to, request('GET /s/a')).catch(() => ({ body: '' }));
  expect(next.body).toBe('');
});

test('a route that other nodes answer with is not hot', () => {
  const hot = { access: 'open', summary: 'x', isHot: true, answer: z.string(), handle: () => 'x' } as const;
  const both = route({ ...hot, isZoneWide: true }) as Route;
  expect(() => app({ 'GET /s/:key*': both })).toThrow('other nodes may have to be asked');
});

test('many requests on one connection are answered in their order', async () => {
  const parts = fakeParts();
  await parts.kv.put('a', Buffer.from('one'));
  const socket = await open(await serving(createApi(parts, SETTINGS)));
  const stay = (line: string) => request(line).replace('Connection: close\r\n', '');
  socket.write([stay('GET /kv/a?raw'), stay('GET /agent/name'), stay('GET /kv/none'), request('GET /kv/a')].join(''));
  const { head, body } = await readAll(socket);
  const all = `${head}\r\n\r\n${body}`;
  expect(all.match(/HTTP\/1\.1 \d+/g)).toEqual([200, 200, 404, 200].map((status) => `HTTP/1.1 ${status}`));
  expect(all.indexOf('"one"')).toBeGreaterThan(all.indexOf('\r\n\r\none'));
});
