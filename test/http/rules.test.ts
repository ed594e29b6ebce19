import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Caller } from '../../src/http/access.ts';
import { respond } from '../../src/http/answer.ts';
import { bodyOf, errorOf, fakeApi, fakeParts, post } from './fake-parts.ts';

const SOCKET: Caller = { door: 'socket' };
const tcp = (address: string): Caller => ({ door: 'tcp', address });

test.each([
  [SOCKET, 'GET', '/agent/info', 200],
  [SOCKET, 'POST', '/collectors/cpu/run', 200],
  [SOCKET, 'POST', '/agent/reload', 200],
  [tcp('127.0.0.1'), 'GET', '/agent/info', 200],
  [tcp('::ffff:127.0.0.1'), 'GET', '/agent/info', 200],
  [tcp('::1'), 'GET', '/agent/info', 200],
  [tcp('127.0.0.1'), 'POST', '/collectors/cpu/run', 401],
  [tcp('127.0.0.1'), 'POST', '/agent/stop', 401],
  [tcp('127.0.0.1'), 'PUT', '/kv/a', 401],
  [tcp('127.0.0.1'), 'DELETE', '/kv/a', 401],
  [tcp('10.0.0.1'), 'GET', '/agent/info', 401],
  [tcp('10.0.0.1'), 'GET', '/agent/name', 200],
  [tcp('10.0.0.1'), 'GET', '/health', 200],
  [tcp('1270.0.0.1'), 'GET', '/agent/info', 401],
] as const)('%o may %s %s: %i', async (caller, method, path, status) => {
  const answer = await fakeApi()(path, { method }, { caller });

  expect(answer.status).toBe(status);
  if (status === 401) expect(answer.headers.get('www-authenticate')).toBe('Bearer');
});

test('who may not write is told about the socket', async () => {
  const answer = await fakeApi()('/agent/stop', { method: 'POST' }, { caller: tcp('127.0.0.1') });

  expect(await answer.json()).toEqual({
    error: { code: 'unauthorized', message: expect.stringContaining('use the unix socket /run/opsbro.sock') },
  });
});

test('a request that does not say where it came from is a stranger', async () => {
  expect((await fakeApi()('/agent/info', {}, {})).status).toBe(401);
});

test.each([
  ['POST', '/agent/join', { seeds: 'x' }, 'body seeds'],
  ['POST', '/agent/join', { seeds: [] }, 'body seeds: is empty'],
  ['POST', '/agent/join', { seeds: [''] }, 'body seeds.0: is empty'],
  ['POST', '/agent/join', {}, 'body seeds: is missing (expected array)'],
  ['POST', '/agent/join', { seeds: ['a'], zone: 'b' }, 'body zone'],
  ['POST', '/agent/stop', { leave: 'yes' }, 'body leave'],
  ['GET', '/agent/info?groups=deep', undefined, 'query groups'],
  ['GET', '/agent/info?nonsense=1', undefined, 'query nonsense'],
  ['GET', '/kv?limit=0', undefined, 'query limit'],
  ['GET', '/kv?limit=ten', undefined, 'query limit'],
])('%s %s with %o is refused, naming %s', async (method, path, body, field) => {
  const answer = await fakeApi()(path, body === undefined ? { method } : post(body, method));

  expect(answer.status).toBe(400);
  const error = await errorOf(answer);
  expect(error.code).toBe('bad_request');
  expect(error.message).toContain(field);
});

test.each([
  ['{', 'application/json', 400, 'bad_request'],
  ['[]', 'application/json', 400, 'bad_request'],
  ['null', 'application/json', 400, 'bad_request'],
  ['{"seeds":["a"]}', 'text/plain', 415, 'unsupported_type'],
  ['seeds=a', 'application/x-www-form-urlencoded', 415, 'unsupported_type'],
  ['', 'application/json', 400, 'bad_request'],
  ['x'.repeat(1_001), 'application/json', 413, 'too_large'],
])('the body %s as %s is refused with %i', async (body, type, status, code) => {
  const answer = await fakeApi()('/agent/join', { method: 'POST', headers: { 'content-type': type }, body });

  expect(answer.status).toBe(status);
  expect((await errorOf(answer)).code).toBe(code);
  expect(answer.headers.get('connection')).toBe(status === 413 ? 'close' : null);
});

test('a route that is not there is named, and where to look', async () => {
  const answer = await fakeApi()('/agent/nmae');

  expect(answer.status).toBe(404);
  expect(await answer.json()).toEqual({
    error: { code: 'unknown_route', message: 'nothing is at GET /agent/nmae; GET /api lists what there is' },
  });
});

test.each([
  ['DELETE', '/agent/name', 'GET, HEAD'],
  ['GET', '/agent/stop', 'POST'],
  ['OPTIONS', '/agent/reload', 'POST'],
  ['POST', '/kv/a', 'GET, HEAD, PUT, DELETE'],
  ['GET', '/stop', 'POST'],
  ['GET', '/agent/join/10.0.0.1', 'POST'],
  ['GET', '/agent/leave/two', 'POST'],
  ['GET', '/agent/ping/two', 'POST'],
  ['GET', '/agent/detectors/run/linux', 'POST'],
  ['GET', '/exec/all?cmd=aWQ=', 'POST'],
  ['GET', '/exec/all/deep', 'POST'],
])('%s %s is answered with what is possible: %s', async (method, path, allow) => {
  const parts = fakeParts();
  const answer = await fakeApi(parts)(path, { method });

  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe(allow);
  expect((await errorOf(answer)).code).toBe('method_not_allowed');
  expect(parts.done).toEqual([]);
});

test('what nobody foresaw is an internal error with a name in the log and nothing else', async () => {
  const { runtime } = fakeParts();
  const broken = () => {
    throw new Error('secret path /etc/shadow');
  };
  const answer = await fakeApi(fakeParts({ runtime: { ...runtime, collectors: broken } }))('/collectors');

  expect(answer.status).toBe(500);
  expect(await answer.json()).toEqual({
    error: { code: 'internal', message: 'something broke; the log has it under ID' },
  });
});

test('every answer says what it is and that it is not to be kept', async () => {
  for (const path of ['/agent/name', '/nowhere', '/agent/stop', '/metrics']) {
    const { headers } = await fakeApi()(path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('HEAD answers as GET does, without a body', async () => {
  const answer = await fakeApi()('/agent/info', { method: 'HEAD' });

  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe('');
});

test('a reader who has the answer already is told so', async () => {
  const request = fakeApi();
  const tag = (await request('/collectors')).headers.get('etag') ?? '';

  const again = await request('/collectors', { headers: { 'if-none-match': `"other", W/${tag}` } });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe('');
});

test('an answer that is too long to be named by its content comes whole', async () => {
  const long = { value: 'v'.repeat(2_097_152) };
  const answer = await respond(long, undefined, { isPretty: false, acceptsGzip: false, known: new Set(['']) });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual(long);
});

test('long answers over TCP are compressed for who asks, and indented for who likes to read', async () => {
  const headers = { 'accept-encoding': 'gzip' };
  const request = fakeApi();

  expect(
    (await request('/agent/info', { headers }, { caller: tcp('127.0.0.1') })).headers.get('content-encoding'),
  ).toBe('gzip');
  expect((await request('/agent/info', { headers })).headers.get('content-encoding')).toBeNull();
  expect(
    (await request('/agent/name', { headers }, { caller: tcp('127.0.0.1') })).headers.get('content-encoding'),
  ).toBeNull();
  expect(await (await request('/agent/health?pretty')).text()).toContain('\n  "health": "ok"');
});

const KEYS = ['__proto__', 'constructor', 'seeds', 'expr', 'leave', 'toString'];
const json = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'xsmall' }, fc.jsonValue({ depthSize: 'xsmall' }), tie('object')),
  object: fc.dictionary(fc.constantFrom(...KEYS), tie('value')),
})).value;

test('no garbage in a body or a query makes a route break', async () => {
  const request = fakeApi();
  const routes = await bodyOf<{ routes: string; method: string }[]>(await request('/api'));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), json, fc.string(), async ({ routes: path, method }, body, text) => {
      const concrete = path.replace(/:\w+/g, () => encodeURIComponent(text) || 'x');
      const query = `?${encodeURIComponent(text)}=${encodeURIComponent(text)}`;
      const answer = await request(concrete + query, method === 'GET' ? {} : post(body, method));
      expect(answer.status).toBeLessThan(500);
    }),
    { numRuns: 200 },
  );
});

test('deep JSON is refused, not stumbled over', async () => {
  const deep = '['.repeat(400) + ']'.repeat(400);
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"seeds":${deep}}` };

  expect((await fakeApi()('/agent/join', init)).status).toBe(400);
});
