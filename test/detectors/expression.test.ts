import { expect, test } from 'vitest';
import expression from '../../src/detectors/expression.ts';
import { ValueSet } from '../../src/expressions/values.ts';
import type { Evaluated } from '../../src/model/expression.ts';
import { valued } from '../support/check.ts';

const MISSING: Evaluated = { type: 'missing', path: 'collector.os.name', reason: 'collector os has not run yet' };

/** The groups that a rule gives, when its expressions come out like this. */
async function detected(add_groups: string | string[], answers: Readonly<Record<string, Evaluated>>) {
  const detect = expression.configure({ apply_if: 'rule', add_groups });
  return await detect(async (text) => answers[text] ?? { type: 'error', message: `nobody knows ${text}` });
}

test('the groups are given while the rule is true', async () => {
  expect(await detected(['linux', 'unix'], { rule: valued(true) })).toEqual({ groups: ['linux', 'unix'], log: '' });
  expect(await detected(['linux'], { rule: valued(false) })).toEqual({ groups: [], log: '' });
});

test('a rule whose data is missing or that fails gives none and says why', async () => {
  expect(await detected('linux', { rule: MISSING })).toEqual({
    groups: [],
    log: 'unknown: collector.os.name is missing (collector os has not run yet)',
  });
  expect(await detected('linux', {})).toEqual({ groups: [], log: 'error: nobody knows rule' });
});

test.each<[string, Evaluated, string[], string]>([
  ['{{x}}', valued('debian'), ['debian'], ''],
  ['os::{{x}}', valued('debian'), ['os::debian'], ''],
  ['{{x}}', { ...valued('x'), value: ['a', 'b c'] } as Evaluated, ['a', 'b-c'], ''],
  ['{{x}}', { ...valued('x'), value: new ValueSet(['a', 'b']) } as Evaluated, ['a', 'b'], ''],
  ['a, b ,,a', valued(''), ['a', 'b'], ''],
  ['{{x}}', valued(''), [], ''],
  ['{{x}}', valued('None'), [], ''],
  ['{{x}}', valued('with space'), ['with-space'], ''],
  ['{{x}}', valued('g'.repeat(129)), [], `{{x}}: "${'g'.repeat(60)}" is no name of a group`],
  ['os::{{x}}', MISSING, [], 'os::{{x}}: collector.os.name is missing (collector os has not run yet)'],
])('%s filled in with %j gives %j', async (text, x, groups, log) => {
  expect(await detected(text, { rule: valued(true), '{{x}}': x })).toEqual({ groups, log });
});

test('a rule without groups is refused', () => {
  expect(() => expression.configure({ apply_if: 'True' })).toThrow('names no group');
});

test('the old name of the groups still counts', async () => {
  const detect = expression.configure({ apply_if: 'rule', groups: ['linux'] });
  expect(await detect(async () => valued(true))).toEqual({ groups: ['linux'], log: '' });
});
