import { expect, test } from 'vitest';
import type { Caller } from '../../src/http/access.ts';
import { createApi } from '../../src/http/api.ts';
import type { AuditEntry } from '../../src/http/audit-entry.ts';
import { fakeParts, SETTINGS } from './fake-parts.ts';

function api() {
  const parts = fakeParts();
  const entries: AuditEntry[] = [];
  const app = createApi(parts, { ...SETTINGS, access: parts.access, audit: (entry) => void entries.push(entry) });
  const ask = (
    method: string,
    target: string,
    { caller = { door: 'socket' }, ...init }: RequestInit & { caller?: Caller } = {},
  ) => app.request(target, { method, ...init }, { caller, target });
  return { parts, entries, ask };
}

const STRANGER: Caller = { door: 'tcp', address: '10.0.0.1' };

test('what changes something is told: who, from where, what, and what came of it', async () => {
  const { parts, entries, ask } = api();
  const { secret } = await parts.access.tokens.create({ name: 'ci', scope: 'write' });

  await ask('POST', '/agent/reload');
  await ask('POST', '/collectors/cpu/run', { caller: STRANGER, headers: { 'x-opsbro-token': secret } });
  await ask('POST', '/collectors/nothing/run', { caller: STRANGER, headers: { 'x-opsbro-token': secret } });
  expect(entries.map(({ who, address, method, target, status }) => [who, address, method, target, status])).toEqual([
    ['socket (uid unknown)', '', 'POST', '/agent/reload', 200],
    ['token ci', '10.0.0.1', 'POST', '/collectors/cpu/run', 200],
    ['token ci', '10.0.0.1', 'POST', '/collectors/nothing/run', 404],
  ]);
});

test('so is what was refused, with the address of who proved nothing', async () => {
  const { entries, ask } = api();

  await ask('POST', '/agent/stop', { caller: STRANGER });
  expect(entries).toMatchObject([{ who: '10.0.0.1', target: '/agent/stop', status: 401, access: 'admin' }]);
});

test('what a token is not enough for is told with its name', async () => {
  const { parts, entries, ask } = api();
  const { secret } = await parts.access.tokens.create({ name: 'ci', scope: 'write' });

  await ask('POST', '/agent/stop', { caller: STRANGER, headers: { 'x-opsbro-token': secret } });
  expect(entries).toMatchObject([{ who: 'token ci', address: '10.0.0.1', status: 403 }]);
});

test('what only reads is not told, whatever its method', async () => {
  const { entries, ask } = api();

  for (const [method, path] of [
    ['GET', '/agent/info'],
    ['HEAD', '/agent/info'],
    ['GET', '/agent/tokens'],
    ['POST', '/render'],
  ] as const)
    await ask(method, path);
  expect(entries).toEqual([]);
});

test('the query is told without what looks like a secret, and not without end', async () => {
  const { entries, ask } = api();

  await ask('PUT', `/kv/a?ttl=5&token=planted&cas=${'9'.repeat(500)}`);
  expect(entries[0]?.target).toMatch(/^\/kv\/a\?ttl=5&token=\*{6}&cas=9+$/);
  expect(entries[0]?.target).toHaveLength(300);
});

test('a login is told with its outcome and without its token', async () => {
  const { entries, ask } = api();

  await ask('POST', '/login', { caller: STRANGER });
  expect(entries).toMatchObject([{ target: '/login', status: 400 }]);
});

test('who logs in is told by the name of the token', async () => {
  const { parts, entries, ask } = api();
  const { secret } = await parts.access.tokens.create({ name: 'ops', scope: 'write' });

  const headers = { 'content-type': 'application/json' };
  await ask('POST', '/login', { caller: STRANGER, headers, body: JSON.stringify({ token: secret }) });
  expect(entries).toMatchObject([{ who: 'token ops', address: '10.0.0.1', target: '/login', status: 200 }]);
});
