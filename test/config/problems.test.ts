import { expect, test } from 'vitest';
import { z } from 'zod';
import { faultsOf } from '../../src/config/fault.ts';
import * as field from '../../src/config/fields.ts';
import { readObjects } from '../../src/config/objects.ts';
import { parseYaml } from '../../src/config/yaml.ts';
import { problemLine, problemText } from '../../src/model/pack.ts';

const ORIGIN = { packName: 'demo', packLevel: 'global', file: 'a.yml', id: 'demo/a', withoutGroup: 'nowhere' } as const;

/** The problems of the checks and detectors in a text; "!" is wrong in expressions. */
function problemsIn(text: string) {
  const expressionFaults = (expression: string) =>
    [...expression.matchAll(/!/g)].map(({ index }) => ({ message: 'unexpected "!"', offset: index }));
  const { documents } = parseYaml(text, 'a.yml');
  return readObjects(documents, ['detector', 'check'], ORIGIN, { checkFields: ['critical_if'], expressionFaults })
    .problems;
}

test('a problem is told with its place, level, key and suggestion, in one line', () => {
  const [problem] = problemsIn('detector:\n    apply_if: "True"\n    add_groups: a\n    intervall: 3s\n');
  expect(problem && problemText(problem)).toBe(
    'a.yml:4:5: warning: detector.intervall: unknown key; did you mean "interval"?',
  );
  expect(problem && problemLine(problem)).toBe('a.yml:4:5: detector.intervall: unknown key; did you mean "interval"?');
  expect(problem).toMatchObject({ pack: 'demo', suggestion: 'interval', message: 'unknown key' });
});

test('what concerns a whole file has no line, and programs know the key as a path', () => {
  const problem = { level: 'error', file: 'x', line: 0, column: 0, path: '', message: 'cannot be read' } as const;
  expect(problemText(problem)).toBe('x: error: cannot be read');
});

test('all problems of an object are told, each part of a value once', () => {
  const text = `check:
  interval: 5 minutes
  timeout: -1
  variables: {a: [1], b: [2]}
  if_group: "*"
  critical_if: "1 ! 2 ! 3"
`;
  expect(problemsIn(text).map(problemText)).toEqual([
    'a.yml:2:3: error: check.interval: "5 minutes" is not a duration; write 5m',
    'a.yml:3:3: error: check.timeout: "-1" is not a duration; write a number and a unit, such as 10s, 5m, 2h, 1d',
    'a.yml:4:15: error: check.variables.a: wrong value (expected an expression, got the list [1])',
    'a.yml:4:23: error: check.variables.b: wrong value (expected an expression, got the list [2])',
    'a.yml:6:19: warning: check.critical_if: unexpected "!"',
    'a.yml:6:23: warning: check.critical_if: unexpected "!"',
  ]);
});

test('a quoted value is at most 60 characters long, and a secret is never one', () => {
  const [long] = faultsOf(field.flag(), 'x'.repeat(500), 'ui');
  expect(long?.message.length).toBeLessThan(110);
  const schema = z.record(z.string(), field.flag());
  const messages = faultsOf(schema, { api_token: 'hunter2', other: 'shown' }, 'map').map(({ message }) => message);
  expect(messages).toEqual([
    'wrong value (expected true or false, got ******)',
    'wrong value (expected true or false, got "shown")',
  ]);
  expect(JSON.stringify(faultsOf(schema, { deep: 'hunter2' }, 'my_secret'))).not.toContain('hunter2');
});

/** Where "!" stands, as it is told and as it is. */
test.each([
  ['plain', 'check:\n  critical_if: 1 + ! 2\n'],
  ['plain over lines', 'check:\n  critical_if: 1 +\n    2 !\n    3\n'],
  ['single quotes', "check:\n  critical_if: 'a ''b'' ! c'\n"],
  ['single quotes over lines', "check:\n  critical_if: 'a ''b''\n\n     and ! c'\n"],
  ['double quotes', 'check:\n  critical_if: "a \\"b\\" \\x41 \\u0042\\t ! c"\n'],
  ['double quotes with a broken line', 'check:\n  critical_if: "a b \\\n    c ! d"\n'],
  ['literal block', 'check:\n  critical_if: |\n    a ==\n      b\n    or ! c\n'],
  ['folded block', 'check:\n  critical_if: >-\n\n    a ==\n      b\n    or ! c\n'],
  ['block with its indentation', 'check:\n  critical_if: |2\n     a or ! c\n'],
  ['at the very end', 'check:\n  critical_if: a or !\n'],
  ['behind wide characters', 'check:\n  critical_if: "é€ \'ü\' ! x"\n'],
])('the place within an expression is that of the file: %s', (_, text) => {
  const lines = text.split('\n');
  const line = lines.findIndex((one) => one.includes('!'));
  const [problem] = problemsIn(text).filter(({ message }) => message.startsWith('unexpected'));
  expect([problem?.line, problem?.column]).toEqual([line + 1, (lines[line] ?? '').indexOf('!') + 1]);
});

test('what stands behind an alias is reported where the alias is', () => {
  const text = 'check:\n  notes: &a "x ! y"\n  if_group: "*"\n  critical_if: *a\n';
  expect(problemsIn(text).map(({ line, column }) => [line, column])).toEqual([[4, 3]]);
});
