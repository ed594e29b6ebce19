import { expect, test } from 'vitest';
import { OpsbroError } from '../../src/base/errors.ts';
import type { ApiParts } from '../../src/http/parts.ts';
import type { Pack } from '../../src/model/pack.ts';
import { packOf } from '../support/runtime.ts';
import { bodyOf, errorOf, fakeApi, fakeParts } from './fake-parts.ts';

const json = (method: string, value: unknown): RequestInit => ({
  method,
  body: JSON.stringify(value),
  headers: { 'content-type': 'application/json' },
});

/** An API that notes what it was asked to change. */
function noting(over: Partial<ApiParts['edits']> = {}) {
  const asked: unknown[] = [];
  const { edits } = fakeParts();
  const edited = { file: '/f.yml', changed: true, shown: '80', restart_needed: [], errors: [] };
  const note = (...what: unknown[]) => {
    asked.push(what);
    return Promise.resolve(edited);
  };
  const api = fakeApi(
    fakeParts({
      edits: { ...edits, setPackParameter: note, setSetting: note, changeList: note, ...over },
    }),
  );
  return { api, asked, edited };
}

const LINUX = { level: 'global', pack: 'linux', key: 'threshold.memory' };

test('a parameter of a pack is set, with a name that nobody knows only when told to, and taken away', async () => {
  const { api, asked, edited } = noting();
  const path = '/packs/parameters/global/linux/threshold.memory';
  expect(await bodyOf(await api(path, json('PUT', { value: 80 })))).toEqual(edited);
  await api(path, json('PUT', { value: [1, { a: null }], force: true }));
  await api(path, { method: 'DELETE' });
  expect(asked).toEqual([
    [LINUX, { value: 80, unknown: 'refuse' }],
    [LINUX, { value: [1, { a: null }], unknown: 'take' }],
    [LINUX, { value: undefined, unknown: 'take' }],
  ]);
});

test('a setting of the agent is set and taken away, and lists get and lose items', async () => {
  const { api, asked } = noting();
  await api('/agent/parameters/http.port', json('PUT', { value: 7770 }));
  await api('/agent/parameters/http.port', { method: 'DELETE' });
  await api('/agent/parameters/groups/web', { method: 'PUT' });
  await api('/agent/parameters/groups/web', { method: 'DELETE' });
  expect(asked).toEqual([
    ['http.port', 7770],
    ['http.port', undefined],
    [{ list: 'groups', item: 'web' }, 'ADD'],
    [{ list: 'groups', item: 'web' }, 'REMOVE'],
  ]);
});

test.each([
  ['PUT', '/packs/parameters/global/linux/x', {}],
  ['PUT', '/packs/parameters/global/linux/x', { value: 1, forced: true }],
  ['PUT', '/agent/parameters/port', { valeu: 1 }],
  ['POST', '/packs/overload', { level: 'global' }],
  ['POST', '/packs/overload', { level: 'global', pack: 'x'.repeat(65) }],
])('%s %s with the body %j is refused', async (method, path, body) => {
  const { api, asked } = noting();
  expect((await api(path, json(method, body))).status).toBe(400);
  expect(asked).toEqual([]);
});

test('what cannot be changed answers why', async () => {
  const refuse = () => Promise.reject(new OpsbroError('invalid_config', 'linux.x: wrong value (expected int)'));
  const { api } = noting({ setPackParameter: refuse });
  const answer = await api('/packs/parameters/global/linux/x', json('PUT', { value: 'a' }));
  expect(answer.status).toBe(400);
  expect(await errorOf(answer)).toMatchObject({ code: 'invalid_config', message: expect.stringContaining('linux.x') });
});

test('packs are by level and name, the one in use first, and have their problems', async () => {
  const problem = { level: 'warning', file: '/p/a.yml', line: 2, column: 1, key: 'check', message: 'odd' } as const;
  const error = { ...problem, level: 'error' } as const;
  const packs: Pack[] = [
    { ...packOf('hypervisor', {}), directory: '/shipped', overloadedBy: 'global' },
    { ...packOf('hypervisor', {}), directory: '/own', problems: [problem, error] },
  ];
  const api = fakeApi(fakeParts({ packs: () => ({ packs, objects: [], problems: [] }) }));
  const all = await bodyOf<Record<string, Record<string, { name: string; dir: string }[]>>>(await api('/packs'));
  expect(all['global']?.['hypervisor']?.map(({ name, dir }) => [name, dir])).toEqual([
    ['hypervisor', '/own'],
    ['hypervisor', '/shipped'],
  ]);
  expect(await bodyOf(await api('/packs/hypervisor'))).toMatchObject([
    {
      dir: '/own',
      overloaded_by: null,
      problems: [{ path: 'check' }, { level: 'error' }],
      errors: [{ level: 'error' }],
    },
    { dir: '/shipped', overloaded_by: 'global', problems: [] },
  ]);
  const unknown = await api('/packs/hypervisr');
  expect(unknown.status).toBe(404);
  expect((await errorOf(unknown)).message).toContain('did you mean "hypervisor"');
});

test('the configuration is shown as a whole, and what may stand in each kind of file', async () => {
  const api = fakeApi();
  expect(await bodyOf(await api('/config'))).toEqual({
    settings: { port: { value: 1, origin: 'default', comments: [] } },
    variables: { mailq_warn: 3 },
  });
  expect(await bodyOf(await api('/config/schema'))).toEqual({ title: 'opsbro agent' });
  expect(await bodyOf(await api('/config/schema?kind=check'))).toEqual({ title: 'opsbro check' });
  expect((await api('/config/schema?kind=../agent')).status).toBe(400);
});
