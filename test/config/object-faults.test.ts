import { expect, test } from 'vitest';
import { readObjects } from '../../src/config/objects.ts';
import { parseYaml } from '../../src/config/yaml.ts';
import { OBJECT_TYPES, type PackObjectType, problemText } from '../../src/model/pack.ts';

const ORIGIN = { packName: 'demo', packLevel: 'local', file: 'a.yml', id: 'demo/a', withoutGroup: 'nowhere' } as const;
const RULES = { checkFields: ['critical_if', 'script'], expressionFaults: () => [] };

/** What becomes of an object with these fields, one to a line. */
function read(type: PackObjectType, ...fields: readonly string[]) {
  const text = `${type}:\n${fields.map((field) => `  ${field}\n`).join('')}`;
  const { objects, problems } = readObjects(parseYaml(text, 'a.yml').documents, OBJECT_TYPES, ORIGIN, RULES);
  return { objects, lines: problems.map(problemText) };
}

const RULE = 'rule: {type: file-rights, parameters: {file: /x}}';

test.each<[PackObjectType, readonly string[]]>([
  ['detector', ['apply_if: "True"', 'add_groups: a, b']],
  ['detector', ['apply_if: "True"', 'groups: [a]', 'interval: 1h', 'if_group: [linux, kvm]', 'note: x']],
  ['check', ['if_group: "*"', 'critical_if: 1', 'mailq: {warning: 1}', 'timeout: 500ms', 'handlers: mail']],
  ['check', ['if_group: true', 'script: [check_x, -w, 5]', 'severities: critical', 'max_attempts: {critical: 3}']],
  ['service', ['if_group: web', 'check: {script: x}']],
  ['handler', ['type: mail', 'severities: [ok]', 'contacts: [a@b]', 'free: 1']],
  ['generator', ['path: /x', 'template: x.tpl', 'mode: 0644', 'command: [a, b]']],
  [
    'generator',
    ['path: /x', 'template: a/x.tpl', 'partial_start: "# a"', 'partial_end: "# b"', 'if_partial_missing: append'],
  ],
  ['compliance', ['mode: audit', RULE]],
  ['compliance', ['rules: [{type: get-url, environments: [{name: a, if: "True", parameters: {url: x}}]}]']],
  ['dashboard', ['title: x', 'content: {text: {title: a, value: "1"}}']],
  ['dashboard', ['title: x', 'content: [{vertical_split: [{donut: {value: "1", unit: "%"}}]}]']],
  ['tutorial', ['title: x']],
])('%s with %j is taken', (type, fields) => {
  const { objects, lines } = read(type, ...fields);
  expect(lines).toEqual([]);
  expect(objects[0]).toMatchObject({ type, id: 'demo/a', packName: 'demo', line: 1 });
});

test.each<[PackObjectType, readonly string[], string]>([
  [
    'detector',
    ['apply_if: "True"'],
    '1:1: error: detector.add_groups: is missing (expected a text or a list of texts)',
  ],
  [
    'detector',
    ['apply_if: [a]', 'groups: x'],
    '2:3: error: detector.apply_if: wrong value (expected an expression, got the list ["a"])',
  ],
  ['detector', ['apply_if: "True"', 'groups: x', 'interval: 0'], '4:3: error: detector.interval: '],
  [
    'detector',
    ['apply_if: "True"', 'groups: x', 'if_group: {a: b}'],
    '4:3: error: detector.if_group: wrong value (expected a group, a test such as',
  ],
  [
    'check',
    ['if_group: a', 'script: {a: b}'],
    '3:3: error: check.script: wrong value (expected a text or a list of texts, got the map',
  ],
  [
    'check',
    ['if_group: a', 'script: x', 'enabled: maybe'],
    '4:3: error: check.enabled: wrong value (expected true or false, got "maybe")',
  ],
  [
    'check',
    ['if_group: a', 'script: x', 'thresholds: 5'],
    '4:3: error: check.thresholds: wrong value (expected a map, got 5)',
  ],
  [
    'check',
    ['if_group: a', 'script: x', 'max_attempts: 0'],
    '4:3: error: check.max_attempts: wrong value (expected a whole number from 1 to 100',
  ],
  ['service', ['if_group: a', 'check: {interval: 10s}'], 'service.check: check has nothing to run'],
  ['handler', ['id: x'], '1:1: error: handler.type: is missing (expected a text)'],
  [
    'handler',
    ['type: mail', 'severities: [high]'],
    '3:3: error: handler.severities: wrong value (expected a list of ok, warning',
  ],
  ['generator', ['template: x'], '1:1: error: generator.path: is missing (expected a path)'],
  [
    'generator',
    ['path: /x', 'template: ../x'],
    '3:3: error: generator.template: wrong value (expected the name of a file in templates/, without ..',
  ],
  [
    'generator',
    ['path: /x', 'template: x', 'partial_start: a'],
    '4:3: error: generator.partial_start: stands without partial_end (expected both or none)',
  ],
  [
    'generator',
    ['path: /x', 'template: x', 'if_partial_missing: add'],
    '4:3: error: generator.if_partial_missing: wrong value (expected one of append, ',
  ],
  [
    'generator',
    ['path: /x', 'template: x', 'mode: rw'],
    '4:3: error: generator.mode: wrong value (expected a file mode such as 644, got "rw")',
  ],
  ['compliance', ['mode: audit'], '1:1: error: compliance: there is no rule (expected rule or rules)'],
  [
    'compliance',
    [RULE, 'mode: look'],
    '3:3: error: compliance.mode: wrong value (expected one of audit, enforcing, got "look")',
  ],
  [
    'compliance',
    ['rule: {type: file-right}'],
    '2:10: error: compliance.rule.type: wrong value (expected one of file-rights, ',
  ],
  [
    'compliance',
    [RULE, 'interval: 500ms'],
    '3:3: error: compliance.interval: "500ms" is too short (expected at least 1 s)',
  ],
  ['dashboard', ['content: {text: {value: "1"}}'], '1:1: error: dashboard.title: is missing (expected a text)'],
  [
    'dashboard',
    ['title: x', 'content: {txt: {value: "1"}}'],
    '3:13: error: dashboard.content.txt: unknown key; did you mean "text"?',
  ],
  [
    'dashboard',
    ['title: x', 'content: {text: {value: "1"}, donut: {value: "1"}}'],
    '3:3: error: dashboard.content: a tile has 2 keys (expected one, its kind)',
  ],
  [
    'dashboard',
    ['title: x', 'content: {donut: {unit: "%"}}'],
    '3:13: error: dashboard.content.donut.value: is missing (expected an expression)',
  ],
  ['tutorial', ['title: [a]'], '2:3: error: tutorial.title: wrong value (expected a text, got the list ["a"])'],
])('%s with %j is refused, with the place and what would be right', (type, fields, expected) => {
  const { objects, lines } = read(type, ...fields);
  expect(lines.join('\n')).toContain(expected);
  expect(objects).toEqual([]);
});

test.each(OBJECT_TYPES)('a %s that is no map is refused', (type) => {
  const { documents } = parseYaml(`${type}: 5\n`, 'a.yml');
  const { objects, problems } = readObjects(documents, OBJECT_TYPES, ORIGIN, RULES);
  expect(problems.map(problemText)).toEqual([
    `a.yml:1:1: error: ${type}: wrong value (expected a map of fields, got 5)`,
  ]);
  expect(objects).toEqual([]);
});
