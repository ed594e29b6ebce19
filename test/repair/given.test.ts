import { expect, test } from 'vitest';
import type { ActionDoc } from '../../src/model/health.ts';
import type { Yaml, YamlMap } from '../../src/model/pack.ts';
import { bind, filledCommand, secretsIn, shownArguments } from '../../src/repair/given.ts';
import { rulesOf } from '../../src/repair/rules.ts';

const action = (extra: Partial<ActionDoc> = {}): ActionDoc => ({
  name: 'Fix',
  info: null,
  parameters: [
    { name: 'x', isRequired: true, defaultValue: null },
    { name: 'y', isRequired: false, defaultValue: 1 },
  ],
  takesRest: false,
  takesAnyName: false,
  options: {},
  ...extra,
});

const bound = (doc: ActionDoc, args: readonly Yaml[], kwargs: YamlMap = {}) => {
  const answer = bind(doc, rulesOf(doc), { args, kwargs: new Map(Object.entries(kwargs)) });
  return typeof answer === 'string' ? answer : Object.fromEntries(answer.values);
};

test.each<[Yaml[], YamlMap, unknown]>([
  [['a'], {}, { x: 'a', y: 1 }],
  [['a', 2], {}, { x: 'a', y: 2 }],
  [[], { x: 'a' }, { x: 'a', y: 1 }],
  [[null], {}, { x: null, y: 1 }],
  [[], {}, 'the argument "x" is missing'],
  [['a', 2, 3], {}, 'takes 2 arguments, not 3'],
  [['a'], { z: 1 }, 'takes no argument named "z"'],
  [['a'], { x: 1 }, 'the argument "x" is given twice'],
])('%j and %j are %j', (args, kwargs, values) => {
  expect(bound(action(), args, kwargs)).toEqual(values);
});

test('rest and free names are taken by who wants them', () => {
  expect(bound(action({ takesRest: true, takesAnyName: true }), ['a', 2, 3], { z: 1 })).toEqual({ x: 'a', y: 2 });
});

test.each<[YamlMap, Yaml, unknown]>([
  [{ type: 'int' }, '5', 5],
  [{ type: 'int' }, 'five', 'the argument "x" is no whole number'],
  [{ type: 'bool' }, 'True', true],
  [{ type: 'choice', choices: ['a', 'b'] }, 'c', 'the argument "x" is none of a, b'],
  [{ pattern: '/etc/.*' }, '/etc/key', '/etc/key'],
  [{ pattern: '/etc/.*' }, '/tmp/etc/', 'the argument "x" does not match /etc/.*'],
])('a parameter that is %j reads %j as %j', (rule, value, read) => {
  const doc = action({ options: { params: { x: rule } } });
  const answer = bound(doc, [value]);
  expect(typeof answer === 'string' ? answer : answer['x']).toBe(read);
});

test('secrets are shown nowhere', () => {
  const doc = action({ options: { params: { x: { secret: true } } } });
  const rules = rulesOf(doc);
  expect(shownArguments(doc, rules, { args: ['pass', 2], kwargs: new Map() })).toEqual({
    args: ['***', 2],
    kwargs: {},
  });
  expect(shownArguments(doc, rules, { args: [], kwargs: new Map([['x', 'pass']]) }).kwargs).toEqual({ x: '***' });
  expect(
    secretsIn(
      rules,
      new Map([
        ['x', 'pass'],
        ['y', 'shown'],
      ]),
    ),
  ).toEqual(['pass']);
});

test('an argument stays within its word', () => {
  const values = new Map<string, Yaml>([
    ['path', '/a b; rm'],
    ['n', 3],
  ]);
  expect(filledCommand(['install', '--to={{ arg.path }}', '{{arg.n}}{{arg.nope}}'], values)).toEqual([
    'install',
    '--to=/a b; rm',
    '3',
  ]);
});
