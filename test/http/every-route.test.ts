import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { Caller } from '../../src/http/access.ts';
import { createApi } from '../../src/http/api.ts';
import type { OpenApi, Operation } from '../../src/http/openapi.ts';
import { SCOPES, type Scope } from '../../src/model/token.ts';
import { bodyOf, errorOf, fakeApi, fakeParts, SETTINGS } from './fake-parts.ts';

const STRANGER: Caller = { door: 'tcp', address: '192.0.2.1' };

const { paths } = await bodyOf<OpenApi>(await fakeApi()('/openapi.json'));
const ROUTES = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [method.toUpperCase(), path, operation] as const),
);

const concrete = (path: string): string => path.replace(/\{\w+\}/g, 'x');

async function api(maxBody = 1_000_000) {
  const parts = fakeParts();
  const secrets = new Map<Scope, string>();
  for (const scope of SCOPES) secrets.set(scope, (await parts.access.tokens.create({ name: scope, scope })).secret);
  const failures: unknown[] = [];
  const report = (error: unknown) => String(failures.push(error));
  const app = createApi(parts, { ...SETTINGS, access: parts.access, maxBody, report });
  const ask = (method: string, path: string, init: RequestInit = {}, caller: Caller = STRANGER) =>
    Promise.resolve(app.request(concrete(path), { method, ...init }, { caller, target: concrete(path) }));
  const show = (scope: Scope): RequestInit => ({ headers: { authorization: `Bearer ${secrets.get(scope)}` } });
  return { ask, show, failures };
}

/** Shared, as making one for each of some hundred routes would take most of the time; no request here means anything to another. */
const { ask, show, failures } = await api();

/** A scope that is too small; there is none below reading. */
const TOO_SMALL: Readonly<Record<Operation['x-access'], Scope | undefined>> = {
  ...{ open: undefined, read: undefined, write: 'repair', repair: 'write', admin: 'write' },
};

test('there are routes of every class', () => {
  expect(new Set(ROUTES.map(([, , operation]) => operation['x-access'])).size).toBe(5);
});

test.each(ROUTES)('%s %s is for nobody without the right token', async (method, path, { 'x-access': access }) => {
  const nobody = await ask(method, path);
  const weak = TOO_SMALL[access];

  expect(nobody.status === 401).toBe(access !== 'open');
  if (access !== 'open') expect(nobody.headers.get('www-authenticate')).toBe('Bearer');
  if (weak !== undefined)
    expect(await errorOf(await ask(method, path, show(weak)))).toMatchObject({ code: 'forbidden' });
});

test.each(ROUTES)('%s %s is there for who has the right token', async (method, path, { 'x-access': access }) => {
  const answer = await ask(method, path, show(access === 'open' ? 'read' : access));
  if (answer.status < 400) await answer.body?.cancel();
  else expect(['unauthorized', 'forbidden', 'internal']).not.toContain((await errorOf(answer)).code);
});

const DEEP = '['.repeat(10_000) + ']'.repeat(10_000);
const GARBAGE = [
  ...['', '{', '[]', 'null', 'true', '0', '"x"', '\u0000', '{"a":1e999}', '[{}]', DEEP],
  `{"value":${DEEP}}`,
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":1}',
  '{"value":{"__proto__":{"polluted":1}},"seeds":{"__proto__":[]},"kwargs":{"__proto__":{"polluted":1}}}',
];
const WRITES = ROUTES.filter(([method]) => method !== 'GET');

test.each(WRITES)('%s %s takes no harm from garbage', async (method, path) => {
  for (const body of GARBAGE) {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const answer = await ask(method, path, { body, headers: { 'content-type': type } }, { door: 'socket' });
      expect([body.slice(0, 40), answer.status === 500]).toEqual([body.slice(0, 40), false]);
      await answer.body?.cancel();
    }
  }
  expect(failures.splice(0)).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

const LEAST_LEAK = 8 * 1_024 * 1_024;

test('what garbage took of the memory is given back', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  for (const [method, path] of WRITES) {
    for (const body of GARBAGE) {
      const init = { body, headers: { 'content-type': 'application/json' } };
      await (await ask(method, path, init, { door: 'socket' })).body?.cancel();
    }
  }
  expect(used() - before).toBeLessThan(LEAST_LEAK);
});

const CHUNK = new Uint8Array(65_536);
const LONGEST = 64 * 1_024 * 1_024;

const { ask: askLittle } = await api(100_000);

test.each(WRITES)('%s %s does not read a body without end', async (method, path) => {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += CHUNK.length;
      if (sent > LONGEST) controller.close();
      else controller.enqueue(CHUNK);
    },
  });
  const init = { body, duplex: 'half', headers: { 'content-type': 'application/json' } } as RequestInit;

  const answer = await askLittle(method, path, init, { door: 'socket' });
  expect(answer.status).toBeLessThan(500);
  expect(sent).toBeLessThan(LONGEST);
});
