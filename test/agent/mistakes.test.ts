import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { validate } from '../../src/agent/validate.ts';
import { findHome } from '../../src/base/home.ts';
import { problemText } from '../../src/model/pack.ts';
import { tempDirectory } from '../support/temp.ts';

const PROGRAM = fileURLToPath(new URL('../../', import.meta.url));

/** What is told of one file of a pack named `demo`; a path that begins with `etc/` is one of the configuration directory. */
async function told(path: string, text: string): Promise<string[]> {
  using directory = tempDirectory();
  const pack = join(directory.path, 'data/local-configuration/packs/demo');
  const file = path.startsWith('etc/') ? join(directory.path, path) : join(pack, path);
  mkdirSync(pack, { recursive: true });
  writeFileSync(join(pack, 'package.yml'), 'name: demo\n');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const world = { env: {}, uid: 0, cwd: '/', userHome: '/', program: PROGRAM, exists: () => false };
  const home = findHome({ ...world, flags: { home: directory.path } });
  const { problems } = await validate(home, [path.startsWith('etc/') ? file : pack]);
  return problems.map((problem) =>
    problemText(problem)
      .replaceAll(`${dirname(file)}/`, '')
      .replaceAll(`${pack}/`, ''),
  );
}

const detector = (rule: string) => `detector:\n  add_groups: web\n  apply_if: ${rule}\n`;
const check = (rule: string, more = '') => `check:\n  if_group: linux\n  critical_if: ${rule}\n${more}`;

test.each<[string, string, string, string[]]>([
  [
    'a misspelt key',
    'monitoring/a.yml',
    check('"True"', '  critcal_output: "1"\n'),
    ['a.yml:4:3: warning: check.critcal_output: unknown key; did you mean "critical_output"?'],
  ],
  [
    'a misspelt top key',
    'monitoring/a.yml',
    'chek: {if_group: a, critical_if: "1"}\n',
    [
      'a.yml:1:1: error: chek: key "chek" is not known here (expected check or service or zone_service); did you mean "check"?',
    ],
  ],
  [
    'a top key that is one letter too long, though it is a field of a service, with more that is wrong below it',
    'monitoring/a.yml',
    `checks:\n  if_group: linux\n---\n${check('"True"', '  interval: 5 minutes\n')}`,
    [
      'a.yml:1:1: error: checks: key "checks" is not known here (expected check or service or zone_service); did you mean "check"?',
      'a.yml:7:3: error: check.interval: "5 minutes" is not a duration; write 5m',
    ],
  ],
  [
    'a check among detectors',
    'detectors/a.yml',
    check('"True"'),
    ['a.yml:1:1: error: check: key "check" is not known here (expected detector); it belongs into monitoring/'],
  ],
  [
    'fields without a top key',
    'monitoring/a.yml',
    'if_group: linux\ncritical_if: "True"\n',
    ['a.yml:1:1: error: if_group: is a field of a check; indent it and all others below a line "check:"'],
  ],
  [
    'a tab',
    'monitoring/a.yml',
    'check:\n\tif_group: a\n\tcritical_if: "1"\n',
    [
      'a.yml:2:1: error: tab used for indentation; YAML needs spaces',
      'a.yml:3:1: error: tab used for indentation; YAML needs spaces',
    ],
  ],
  [
    'a quote that is not closed',
    'monitoring/a.yml',
    'check:\n  if_group: "a\n  critical_if: "1"\n',
    ['a.yml:2:15: error: a text in quotes has no " at its end'],
  ],
  [
    'wrong indentation',
    'monitoring/a.yml',
    'check:\n  if_group: a\n   critical_if: "1"\n',
    [
      'a.yml:2:13: error: wrong indentation or a text with ": " in it; keys of one map stand below each other, such a text in quotes',
    ],
  ],
  [
    'a missing colon',
    'monitoring/a.yml',
    'check:\n  if_group a\n  critical_if: "1"\n',
    ['a.yml:2:3: error: a colon is missing after the key'],
  ],
  [
    'no blank after a colon',
    'monitoring/a.yml',
    'check:\n  if_group:a\n  critical_if: "1"\n',
    ['a.yml:2:3: error: a blank is missing after the colon'],
  ],
  [
    'a list that is not closed',
    'detectors/a.yml',
    'detector:\n  apply_if: "True"\n  add_groups: [a, b\n',
    ['a.yml:4:1: error: a list that begins with [ has no ]'],
  ],
  [
    'placeholder without quotes',
    'detectors/a.yml',
    detector('{{collector.a.b}} > 1'),
    ['a.yml:3:29: error: a text that begins with { has to stand in quotes'],
  ],
  [
    'text without quotes',
    'detectors/a.yml',
    detector('"{{collector.system.os.name}} == linux"'),
    [`a.yml:3:46: warning: detector.apply_if: unknown name "linux", a text needs quotes: 'linux'`],
  ],
  [
    'one sign of equality',
    'detectors/a.yml',
    detector(`"{{collector.system.os.name}} = 'linux'"`),
    ['a.yml:3:43: warning: detector.apply_if: assignment is not supported, write == to compare'],
  ],
  [
    'signs of C',
    'detectors/a.yml',
    detector(`"True && False"`),
    ['a.yml:3:19: warning: detector.apply_if: && is not supported, write and'],
  ],
  [
    'words of C',
    'detectors/a.yml',
    detector('"true or null"'),
    ['a.yml:3:14: warning: detector.apply_if: unknown name "true", did you mean "True"?'],
  ],
  [
    'or of C',
    'detectors/a.yml',
    detector('"True || False"'),
    ['a.yml:3:19: warning: detector.apply_if: || is not supported outside of a placeholder, write or'],
  ],
  [
    'not of C',
    'detectors/a.yml',
    detector('"!True"'),
    ['a.yml:3:14: warning: detector.apply_if: ! is not supported, write not'],
  ],
  [
    'an unknown function',
    'detectors/a.yml',
    detector(`"file_exist('/etc/passwd')"`),
    ['a.yml:3:14: warning: detector.apply_if: no function is named "file_exist", did you mean "file_exists"?'],
  ],
  [
    'a missing argument',
    'detectors/a.yml',
    detector(`"file_exists()"`),
    ['a.yml:3:14: warning: detector.apply_if: file_exists() needs argument "path"'],
  ],
  [
    'a missing parenthesis',
    'detectors/a.yml',
    detector(`"file_exists('/a'"`),
    ['a.yml:3:30: warning: detector.apply_if: ")" is missing at the end'],
  ],
  [
    'a quote within',
    'detectors/a.yml',
    detector(`"file_exists('/a)"`),
    ["a.yml:3:26: warning: detector.apply_if: the text is not closed by '"],
  ],
  [
    'a placeholder that is not closed',
    'detectors/a.yml',
    detector(`"{{collector.a.b} == 1"`),
    ['a.yml:3:29: warning: detector.apply_if: unexpected "}", "}}" is missing'],
  ],
  [
    'a placeholder of nothing',
    'detectors/a.yml',
    detector(`"{{colector.a.b}} == 1"`),
    ['a.yml:3:14: warning: detector.apply_if: unknown kind of data "colector", did you mean "collector"?'],
  ],
  [
    'a wrong duration',
    'monitoring/a.yml',
    check('"1"', '  interval: 5 min\n'),
    ['a.yml:4:3: error: check.interval: "5 min" is not a duration; write 5m'],
  ],
  [
    'a duration that is too short',
    'monitoring/a.yml',
    check('"1"', '  interval: 100ms\n'),
    ['a.yml:4:3: error: check.interval: "100ms" is too short (expected at least 1 s)'],
  ],
  [
    'a list for a text',
    'monitoring/a.yml',
    check('"1"', '  display_name: [a]\n'),
    ['a.yml:4:3: error: check.display_name: wrong value (expected a text, got the list ["a"])'],
  ],
  [
    'a text for a list',
    'detectors/a.yml',
    'detector:\n  apply_if: "True"\n  add_groups: {a: b}\n',
    ['a.yml:3:3: error: detector.add_groups: wrong value (expected a text or a list of texts, got the map {"a":"b"})'],
  ],
  [
    'an unknown state',
    'monitoring/a.yml',
    check('"1"', '  severities: [crit]\n'),
    [
      'a.yml:4:3: error: check.severities: wrong value (expected a list of ok, warning, critical and unknown, got the list ["crit"])',
    ],
  ],
  [
    'a wrong test of groups',
    'monitoring/a.yml',
    'check: {if_group: "linux and", critical_if: "1"}\n',
    [
      'a.yml:1:9: error: check.if_group: the name of a group expected, found the end (expected a group, a test such as "linux and not docker-container", or "*")',
    ],
  ],
  [
    'a word for a number',
    'monitoring/a.yml',
    check('"1"', '  max_attempts: three\n'),
    [
      'a.yml:4:3: error: check.max_attempts: wrong value (expected a whole number from 1 to 100, or a map from warning, critical and unknown to such numbers, got "three")',
    ],
  ],
  [
    'a parameter that is not there',
    'monitoring/a.yml',
    check('"{{parameters.limit}} < 1"'),
    ['a.yml:3:3: warning: check.critical_if: no parameter "limit" is defined by this pack'],
  ],
  [
    'a script without an end',
    'monitoring/a.yml',
    `check: {if_group: a, script: "check_x 'a"}\n`,
    ['a.yml:1:22: warning: check.script: a quote in this line is never closed'],
  ],
  [
    'a macro of nothing',
    'monitoring/a.yml',
    'check: {if_group: a, script: "check_x $warn$"}\n',
    ['a.yml:1:22: warning: check.script: macro $warn$ resolves to nothing'],
  ],
  [
    'half a macro',
    'monitoring/a.yml',
    `check: {if_group: a, script: "check_x $$x $HOME '$warn' $(a) $1 $check.id$"}\n`,
    [
      'a.yml:1:22: warning: check.script: $HOME stays as it is written; a macro is $HOME$; ' +
        '$warn stays as it is written; a macro is $warn$',
    ],
  ],
  [
    'Jinja in an expression',
    'detectors/a.yml',
    detector(`"{% if 1 %}"`),
    ['a.yml:3:15: warning: detector.apply_if: unexpected "%", a value is missing'],
  ],
  [
    'an unknown topic',
    'package.yml',
    'name: demo\ntopics: [monitorng]\n',
    ['package.yml:2:10: warning: topics: no topic is named "monitorng"; did you mean "monitoring"?'],
  ],
  [
    'a name with blanks',
    'package.yml',
    'name: my pack\n',
    [
      'package.yml:1:1: error: name: wrong value (expected a name of at most 64 letters, digits, dots, dashes and underscores, got "my pack")',
    ],
  ],
  [
    'an old type',
    'compliance/a.yml',
    'installer: {packages: [a]}\n',
    [
      'a.yml:1:1: error: installer: key "installer" is not known here (expected compliance); it is a rule of type package-install below compliance: today',
    ],
  ],
  [
    'parameters in a list',
    'parameters/parameters.yml',
    '- a: 1\n',
    ['parameters.yml:1:1: error: wrong content (expected a map of parameters)'],
  ],
  [
    'a misspelt setting',
    'etc/agent.yml',
    'group: [a]\n',
    [
      'agent.yml:1:1: error: group: unknown key (a free variable of this name stands below "variables"); did you mean "groups"?',
    ],
  ],
  [
    'a yes for a true',
    'etc/agent.yml',
    'insecure: yes\n',
    ['agent.yml:1:1: error: insecure: wrong value (expected true or false, got "yes")'],
  ],
  [
    'an unknown mode',
    'compliance/a.yml',
    'compliance: {mode: enforce, rule: {type: file-rights}}\n',
    ['a.yml:1:14: error: compliance.mode: wrong value (expected one of audit, enforcing, got "enforce")'],
  ],
  [
    'a check with nothing to run',
    'monitoring/a.yml',
    'check: {if_group: a, command: x}\n',
    [
      'a.yml:1:1: error: check: check has nothing to run (expected one of critical_if, warning_if, http, mob, passive, script, tcp)',
    ],
  ],
  [
    'a text that is one word too long',
    'monitoring/a.yml',
    'check: just text\n',
    ['a.yml:1:1: error: check: wrong value (expected a map of fields, got "just text")'],
  ],
])('%s', async (_, path, text, expected) => {
  expect(await told(path, text)).toEqual(expected);
});
