import { expect, test } from 'vitest';
import type { Scope } from '../../src/model/token.ts';
import { functions } from '../support/expressions.ts';
import { fakeHost } from '../support/host.ts';
import { configured, runtimeOf } from '../support/runtime.ts';
import { errorOf, fakeApi, fakeParts, post } from './fake-parts.ts';

/** An API over the real language, on a machine with a file of users. */
function api() {
  const host = fakeHost({ files: { '/etc/passwd': 'root:x:0:0\n' } });
  const { runtime } = runtimeOf(configured([]), { host, functions: [...functions.values()] });
  const parts = fakeParts();
  const evaluate = (text: string) => runtime.evaluate(text);
  return { parts, request: fakeApi({ ...parts, runtime: { ...parts.runtime, evaluate } }) };
}

/** What a caller gets who comes from elsewhere and shows a token of this scope. */
async function askedWith(scope: Scope, expr: string): Promise<Response> {
  const { parts, request } = api();
  const { secret } = await parts.access.tokens.create({ name: scope, scope });
  const { headers, ...rest } = post({ expr });
  const init = { ...rest, headers: { ...headers, authorization: `Bearer ${secret}` } };
  return await request('/agent/evaluator/eval', init, { caller: { door: 'tcp', address: '10.0.0.1' } });
}

test.each<Scope>(['read', 'write', 'repair'])('a token of scope %s evaluates nothing', async (scope) => {
  const answer = await askedWith(scope, '1+1');
  expect([answer.status, (await errorOf(answer)).code]).toEqual([403, 'forbidden']);
});

test.each([
  ['1+1', 2],
  ["file_exists('/etc/passwd')", true],
])('an administrator evaluates %s, by token and at the socket', async (expr, value) => {
  const { request } = api();
  for (const answer of [await askedWith('admin', expr), await request('/agent/evaluator/eval', post({ expr }))])
    expect([answer.status, await answer.json()]).toEqual([200, value]);
});

test.each([
  ['set([1,2])', [1, 2]],
  ["(1, {'k': set([1])})", [1, { k: [1] }]],
  ['{1: True}', { 1: true }],
])('%s has a value in JSON', async (expr, value) => {
  const answer = await api().request('/agent/evaluator/eval', post({ expr }));
  expect([answer.status, await answer.json()]).toEqual([200, value]);
});
