import { expect, test } from 'vitest';
import { fakeAgent, opsbro, refused } from '../support/cli.ts';

test('eval says in one line what is missing', async () => {
  const answer = refused(424, 'missing', 'collector.zz.a is missing: unknown collector', {
    path: 'collector.zz.a',
    reason: 'unknown collector',
  });
  await using agent = await fakeAgent({ 'POST /agent/evaluator/eval': answer });
  expect(await opsbro(['evaluator', 'eval', '{{collector.zz.a}}', '--pack', 'linux'], agent)).toEqual({
    code: 3,
    out: '',
    err: 'missing: collector.zz.a (unknown collector)\n',
  });
  expect(agent.asked()).toEqual(['POST /agent/evaluator/eval {"expr":"{{collector.zz.a}}","pack":"linux"}']);
});

test('explain shows every part below what it is part of', async () => {
  const part = (text: string, shown: string, ...parts: unknown[]) => ({
    text,
    offset: 0,
    type: 'value',
    shown,
    parts,
  });
  const answer = part('a() + 1', '3', part('a()', '2'));
  await using agent = await fakeAgent({ 'POST /agent/evaluator/eval': answer });
  expect((await opsbro(['evaluator', 'explain', 'a() + 1'], agent)).out).toMatch(/\na\(\) \+ 1 → 3\n {2}a\(\) → 2\n$/);
  expect((await opsbro(['evaluator', 'eval', '--explain', 'a() + 1'], agent)).out).toMatch(/→ 3\n {2}a\(\) → 2\n$/);
  expect((await opsbro(['evaluator', 'explain', '--json', 'a() + 1'], agent)).out).toBe(`${JSON.stringify(answer)}\n`);
});

test.each([
  [true, 0],
  [[0], 0],
  [[], 2],
  ['', 2],
  [null, 2],
])('wait-eval-true ends with what %j means', async (value, code) => {
  await using agent = await fakeAgent({ 'POST /agent/evaluator/eval': value });
  expect(await opsbro('evaluator wait-eval-true x --timeout 0', agent)).toMatchObject({ code });
});
