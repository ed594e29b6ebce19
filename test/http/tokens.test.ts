import { expect, test } from 'vitest';
import type { z } from 'zod';
import type { Arrival } from '../../src/http/app.ts';
import type { MadeTokenJson, TokenJson } from '../../src/http/schemas/tokens.ts';
import type { Scope, TokenWish } from '../../src/model/token.ts';
import { bodyOf, errorOf, fakeApi, fakeParts, post } from './fake-parts.ts';

const FROM = (address: string): Arrival => ({ caller: { door: 'tcp', address }, target: '' });

/** An API, and requests of a stranger with these heads. */
function api() {
  const parts = fakeParts();
  const request = fakeApi(parts);
  const ask = (method: string, path: string, headers: Record<string, string> = {}, address = '10.0.0.1') => {
    const body =
      method === 'POST' ? { body: '{}', headers: { 'content-type': 'application/json', ...headers } } : { headers };
    return request(path, { method, ...body }, { ...FROM(address), target: path });
  };
  const token = async (scope: Scope, wish: Partial<TokenWish> = {}) =>
    (await parts.access.tokens.create({ name: scope, scope, ...wish })).secret;
  return { parts, request, ask, token };
}

const ROUTES = [
  ['GET', '/agent/info', 'read'],
  ['POST', '/collectors/cpu/run', 'write'],
  ['POST', '/health-services/x/run', 'repair'],
  ['POST', '/agent/reload', 'admin'],
] as const;
const MAY = {
  read: ['read'],
  write: ['read', 'write'],
  repair: ['read', 'repair'],
  admin: ['read', 'write', 'repair', 'admin'],
};

test.each(['read', 'write', 'repair', 'admin'] as const)(
  'a token with the scope %s may what that says',
  async (scope) => {
    const { ask, token } = api();
    const authorization = `Bearer ${await token(scope)}`;

    for (const [method, path, needed] of ROUTES) {
      const answer = await ask(method, path, { authorization });
      const isAllowed = (MAY[scope] as readonly string[]).includes(needed);
      expect([path, answer.status === 403]).toEqual([path, !isAllowed]);
      expect(answer.status).not.toBe(401);
      if (!isAllowed) expect(await errorOf(answer)).toMatchObject({ code: 'forbidden', details: { needed, scope } });
    }
  },
);

test.each([
  (secret: string) => ({ authorization: `Bearer ${secret}` }),
  (secret: string) => ({ authorization: `bearer  ${secret} ` }),
  (secret: string) => ({ 'x-opsbro-token': secret }),
  (secret: string) => ({ authorization: `Basic ${btoa(`anybody:${secret}`)}` }),
  (secret: string) => ({ authorization: 'Basic cHJveHk6cHc=', 'x-opsbro-token': secret }),
])('a token is taken in every form: %s', async (headsOf) => {
  const { ask, token } = api();

  expect((await ask('GET', '/agent/info', headsOf(await token('read')))).status).toBe(200);
});

test.each([
  [{}, 401],
  [{ authorization: 'Bearer wrong' }, 401],
  [{ authorization: 'Bearer ' }, 401],
  [{ authorization: 'Basic !!!' }, 401],
  [{ authorization: 'Digest x' }, 401],
  [{ cookie: 'opsbro=wrong' }, 401],
])('a stranger with %o is refused with %i, and told how to prove who it is', async (headers, status) => {
  const answer = await api().ask('GET', '/agent/info', headers);

  expect(answer.status).toBe(status);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
});

test('a wrong token is refused also where none is needed', async () => {
  const { ask } = api();

  expect((await ask('GET', '/agent/info', {}, '127.0.0.1')).status).toBe(200);
  expect((await ask('GET', '/agent/info', { 'x-opsbro-token': 'x' }, '127.0.0.1')).status).toBe(401);
});

test('after ten wrong tokens the address has to wait, and is told how long', async () => {
  const { ask } = api();

  for (let time = 0; time < 10; time++) await ask('GET', '/agent/info', { 'x-opsbro-token': 'x' });
  const answer = await ask('GET', '/agent/info', { 'x-opsbro-token': 'x' });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '60']);
  expect((await ask('GET', '/agent/info', { 'x-opsbro-token': 'x' }, '10.0.0.2')).status).toBe(401);
});

test('a token for some paths is for no others', async () => {
  const { ask, token } = api();
  const headers = { 'x-opsbro-token': await token('admin', { paths: ['/collectors'] }) };

  expect((await ask('POST', '/collectors/cpu/run', headers)).status).toBe(200);
  const answer = await ask('POST', '/agent/reload', headers);
  expect([answer.status, (await errorOf(answer)).message]).toEqual([403, 'the token "admin" is not for /agent/reload']);
});

test('tokens are made, listed without their secrets, and taken back', async () => {
  const { request, ask } = api();
  const wish = { name: 'ci', scope: 'write', ttl: '90d', from: ['10.0.0.0/8'], paths: ['/kv/app'] };

  const made = await bodyOf<z.infer<typeof MadeTokenJson>>(await request('/agent/tokens', post(wish)));
  expect(made).toMatchObject({ name: 'ci', scope: 'write', from: ['10.0.0.0/8'], paths: ['/kv/app'], last_used: null });
  expect(made.token).toMatch(/^opsbro_[\w-]{43}$/);
  expect((made.expires ?? 0) - (made.created ?? 0)).toBe(90 * 86_400_000);
  expect((await ask('PUT', '/kv/app/x', { 'x-opsbro-token': made.token })).status).not.toBe(403);

  const listed = await bodyOf<TokenJson[]>(await request('/agent/tokens'));
  expect(listed).toMatchObject([{ name: 'ci', origin: 'request', last_used: expect.any(Number) }]);
  expect(JSON.stringify(listed)).not.toMatch(/hash|opsbro_/);
  expect((await request('/agent/tokens/ci', { method: 'DELETE' })).status).toBe(200);
  expect((await ask('PUT', '/kv/app/x', { 'x-opsbro-token': made.token })).status).toBe(401);
  expect((await request('/agent/tokens/ci', { method: 'DELETE' })).status).toBe(404);
});

test.each([
  [{ name: '' }, 'body name'],
  [{ name: '../x' }, 'body name: write up to 64'],
  [{ name: 'a', scope: 'root' }, 'body scope'],
  [{ name: 'a', ttl: '0s' }, 'body ttl'],
  [{ name: 'a', ttl: '11y' }, ''],
  [{ name: 'a', from: ['everywhere'] }, 'body from.0: is no network'],
  [{ name: 'a', paths: ['kv'] }, 'body paths.0: is no path'],
  [{ name: 'a', hash: 'x' }, 'body hash'],
])('the wish for %o is refused', async (wish, message) => {
  const answer = await api().request('/agent/tokens', post(wish));

  expect(answer.status).toBe(400);
  expect((await errorOf(answer)).message).toContain(message);
});

test('only administrators see and make tokens', async () => {
  const { ask, token } = api();
  const headers = { 'x-opsbro-token': await token('write') };

  for (const [method, path] of [
    ['GET', '/agent/tokens'],
    ['POST', '/agent/tokens'],
    ['DELETE', '/agent/tokens/write'],
  ] as const)
    expect((await ask(method, path, headers)).status).toBe(403);
});
