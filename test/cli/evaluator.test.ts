import { expect, test } from 'vitest';
import { fakeAgent, opsbro, refused } from '../support/cli.ts';

test.each([
  ['-2**2', -4, '-4'],
  ["is_in_group('linux')", true, 'True'],
  ['x', null, 'None'],
])('eval %s', async (expr, value, shown) => {
  await using agent = await fakeAgent({ 'POST /agent/evaluator/eval': value });
  const { code, out } = await opsbro(['evaluator', 'eval', expr], agent);
  expect({ code, last: out.trimEnd().split('\n').at(-1) }).toEqual({ code: 0, last: shown });
  expect(agent.asked()).toEqual([`POST /agent/evaluator/eval ${JSON.stringify({ expr })}`]);
  expect((await opsbro(['evaluator', 'eval', '--json', expr], agent)).out).toBe(`${JSON.stringify(value)}\n`);
});

test('eval points at the place of an error', async () => {
  const answer = refused(422, 'expression', 'something is missing', { offset: 2 });
  await using agent = await fakeAgent({ 'POST /agent/evaluator/eval': answer });
  expect(await opsbro(['evaluator', 'eval', '1+'], agent)).toEqual({
    code: 2,
    out: '',
    err: '1+\n  ^\nerror: something is missing (expression)\n',
  });
});

test('list shows the functions by group', async () => {
  const functions = [
    {
      name: 'f',
      group: 'text',
      class: 'pure',
      doc: 'Does.',
      prototype: [
        ['a', '__NO_DEFAULT__'],
        ['b', true],
      ],
    },
  ];
  await using agent = await fakeAgent({ 'GET /agent/evaluator/list': functions });
  expect((await opsbro('evaluator list --details', agent)).out).toMatch(/ text ─+\nf\(a, b=True\)\n {4}Does\.\n$/);
});

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
