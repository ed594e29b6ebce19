import { expect, test } from 'vitest';
import { bodyOf, errorOf, fakeApi } from './fake-parts.ts';

const get = (path: string, query: Record<string, string>) =>
  Promise.resolve(fakeApi()(`${path}?${new URLSearchParams(query)}`));

interface State {
  readonly checks: Record<string, object>;
  readonly services: Record<string, object>;
  readonly counts: Record<string, number>;
}

test.each([
  ["state == 'ok'", ['cpu/load'], ['db']],
  ["state == 'critical'", [], []],
  ["pack_name == 'cpu'", ['cpu/load'], []],
  ['port == 3306', [], ['db']],
] as const)('of the checks and services of this node those that fit %s', async (filter, checks, services) => {
  const state = await bodyOf<State>(await get('/monitoring/state', { filter }));
  expect([Object.keys(state.checks), Object.keys(state.services)]).toEqual([checks, services]);
  expect(state.counts['ok']).toBe(checks.length);
});

test('so of another node', async () => {
  const other = async (filter: string) => (await bodyOf<State>(await get('/monitoring/state/two', { filter }))).checks;
  expect(Object.keys(await other("state == 'critical'"))).toEqual(['cpu/load']);
  expect(await other("state == 'ok'")).toEqual({});
});

test.each([
  ['/monitoring/checks', "state == 'ok' and hard", 'name,state', [{ name: 'cpu/load', state: 'ok' }]],
  ['/monitoring/checks', "state != 'ok'", 'name', []],
  ['/monitoring/services', "'cpu/load' in checks", 'name,port', [{ name: 'db', port: 3306 }]],
  ['/monitoring/services', 'port == 1', 'name', []],
  ['/monitoring/alerts', "kind == 'nothing'", 'id', []],
])('%s by %s, and of it %s', async (path, filter, fields, answer) => {
  expect(await bodyOf(await get(path, { filter, fields }))).toEqual(answer);
});

test.each(['/monitoring/state', '/monitoring/checks', '/monitoring/services', '/monitoring/alerts'])(
  '%s says where a filter is wrong, and which fields there are',
  async (path) => {
    const bad = await get(path, { filter: "state == 'ok' an" });
    expect([bad.status, await errorOf(bad)]).toMatchObject([422, { code: 'expression', offset: expect.any(Number) }]);
    const unknown = await get(path, { filter: "sate == 'ok'" });
    expect([unknown.status, await errorOf(unknown)]).toMatchObject([422, { code: 'expression' }]);
    expect((await errorOf(await get(path, { fields: 'sate' }))).message).toContain('"sate" is no field; possible: ');
  },
);
