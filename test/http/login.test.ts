import { expect, test } from 'vitest';
import type { Arrival } from '../../src/http/app.ts';
import { fakeApi, fakeParts, post } from './fake-parts.ts';

const STRANGER: Partial<Arrival> = { caller: { door: 'tcp', address: '10.0.0.1' } };
const PAGE = { 'x-requested-with': 'opsbro' };

async function api() {
  const parts = fakeParts();
  const request = fakeApi(parts);
  const { secret } = await parts.access.tokens.create({ name: 'ops', scope: 'write' });
  const ask = (path: string, init: RequestInit = {}) => request(path, init, { ...STRANGER, target: path });
  const login = async (token = secret, headers: Record<string, string> = {}) => {
    const { headers: heads, ...init } = post({ token });
    return await ask('/login', { ...init, headers: { ...(heads as Record<string, string>), ...headers } });
  };
  return { parts, request, ask, login, secret };
}

const cookieOf = (answer: Response): string => (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';

test('a login is a cookie that no script and no other page gets at', async () => {
  const { login } = await api();

  const answer = await login();
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ name: 'ops', scope: 'write', by: 'login' });
  expect(answer.headers.get('set-cookie')).toMatch(
    /^opsbro=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
  );
});

test('behind a proxy with TLS the cookie is never sent without', async () => {
  const { login, secret } = await api();

  expect((await login(secret, { 'x-forwarded-proto': 'https' })).headers.get('set-cookie')).toMatch(/; Secure$/);
});

test('who is logged in reads, and changes when the page itself asks', async () => {
  const { ask, login } = await api();
  const cookie = cookieOf(await login());

  expect((await ask('/agent/info', { headers: { cookie } })).status).toBe(200);
  expect((await ask('/collectors/cpu/run', { method: 'POST', headers: { cookie } })).status).toBe(403);
  const withMark = { method: 'POST', headers: { cookie, ...PAGE } };
  expect((await ask('/collectors/cpu/run', withMark)).status).toBe(200);
  expect((await ask('/agent/reload', withMark)).status).toBe(403);
});

test('a logout ends the login at the agent and takes the cookie back', async () => {
  const { ask, login } = await api();
  const cookie = cookieOf(await login());

  const answer = await ask('/logout', { method: 'POST', headers: { cookie } });
  expect(answer.headers.get('set-cookie')).toMatch(/^opsbro=; .*Max-Age=0$/);
  expect((await ask('/agent/info', { headers: { cookie } })).status).toBe(401);
});

test('wrong tokens at the login count as everywhere', async () => {
  const { login } = await api();

  for (let time = 0; time < 10; time++) expect((await login('wrong')).status).toBe(401);
  expect((await login()).status).toBe(429);
});

test('a form of another page logs nobody in', async () => {
  const { ask, secret } = await api();
  const form = { 'content-type': 'application/x-www-form-urlencoded' };

  expect((await ask('/login', { method: 'POST', headers: form, body: `token=${secret}` })).status).toBe(415);
  expect(
    (await ask('/login', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: `{"token":"${secret}"}` }))
      .status,
  ).toBe(415);
});

test.each([
  [{ door: 'socket' }, {}, { name: null, scope: 'admin', by: 'socket' }],
  [{ door: 'tcp', address: '127.0.0.1' }, {}, { name: null, scope: 'read', by: 'address' }],
  [{ door: 'tcp', address: '10.0.0.1' }, {}, { name: null, scope: null, by: 'address' }],
] as const)('%o is told what it may', async (caller, headers, who) => {
  const { request } = await api();

  expect(await (await request('/login', { headers }, { caller })).json()).toEqual(who);
});

test('who shows a token is told what that may', async () => {
  const { ask, secret } = await api();

  expect(await (await ask('/login', { headers: { 'x-opsbro-token': secret } })).json()).toEqual({
    ...{ name: 'ops', scope: 'write', by: 'token' },
  });
  expect((await ask('/login', { headers: { 'x-opsbro-token': 'wrong' } })).status).toBe(401);
});

test('the command line gets a ticket that opens the page once, with what it may itself', async () => {
  const { request, ask, login, secret } = await api();
  const { ticket } = (await (await request('/login/ticket', { method: 'POST' })).json()) as { ticket: string };

  expect(await (await login(ticket)).json()).toEqual({ name: 'socket (uid unknown)', scope: 'admin', by: 'login' });
  expect((await login(ticket)).status).toBe(401);
  expect((await ask('/login/ticket', { method: 'POST' })).status).toBe(401);
  const own = await ask('/login/ticket', { method: 'POST', headers: { 'x-opsbro-token': secret } });
  expect(await (await login(((await own.json()) as { ticket: string }).ticket)).json()).toMatchObject({
    scope: 'write',
  });
});
