import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { checkClass, watchedPackages } from './packages.ts';

test('a service lists what is not perfect, and nothing that is no check', async () => {
  using packages = watchedPackages();
  const classes = [
    checkClass('Good', 'return 0;'),
    checkClass('Bad', 'return -1;'),
    checkClass('Quasi', 'return true;'),
    checkClass('Throwing', "throw new Error('boom');"),
    checkClass('Silent', ''),
    'exports.NoDiagnose = class { Check() { return -1; } };\nexports.number = 3;\n',
  ];
  packages.write('svc/some_check.js', classes.join(''));
  packages.write('svc/foo.js', checkClass('Foo', 'return -1;'));
  packages.write('svc/below/deep_check.js', checkClass('Deep', 'return -1;'));
  packages.write('empty/readme.txt', '');
  packages.write('none/plain_check.js', 'exports.Plain = class {};');
  await packages.monitor.start();
  const { svc, ...others } = await packages.settled();
  expect(others).toEqual({});
  expect(svc?.health).toBe(false);
  const broken = 'Failed to execute the health check. Please review the health check file.';
  expect(svc?.healthchecks).toEqual([
    { name: 'Bad', health: false, description: 'Code -1.', actions: [] },
    { name: 'Quasi', health: true, description: 'Code 1.', actions: [] },
    { name: 'Silent', health: false, description: broken, actions: [] },
    { name: 'Throwing', health: false, description: broken, actions: [] },
  ]);
  const record = (name: string) => packages.monitor.find('svc', name).record;
  expect(record('Throwing').detail).toContain('boom');
  expect(record('Silent').detail).toContain('Check() answered undefined');
  expect(packages.monitor.folders().map(({ service, isService, problems }) => [service, isService, problems])).toEqual(
    expect.arrayContaining([
      ['empty', false, ['holds no check file']],
      ['none', false, ['its files hold no check']],
      ['svc', true, []],
    ]),
  );
});

test('every class of a file with both methods is a check, and no other', async () => {
  using packages = watchedPackages();
  const three = ['A', 'B', 'C'].map((name) => checkClass(name, 'return 0;'));
  packages.write('three/all_check.js', three.join(''));
  packages.write('two/some_check.js', `${three.slice(1).join('')}exports.Plain = class Plain { go() {} };`);
  packages.write('none/notes.txt', '');
  await packages.monitor.start();
  await packages.settled();
  const found = [...packages.monitor.services()].map(([name, records]) => [name, records.map((each) => each.name)]);
  expect(found).toEqual([
    ['three', ['A', 'B', 'C']],
    ['two', ['B', 'C']],
  ]);
});

test('modules and objects are checks as well, asynchronous ones too, and see the node', async () => {
  using packages = watchedPackages();
  packages.write(
    'svc/new_check.mjs',
    `export const Lower = {
      CHECK_INTERVAL_SEC: 10,
      async check(context) { this.seen = context.node + await context.collector('memory.total') + (await context.exec(['uname'])).stdout; return 2; },
      async diagnose(code) { return { description: this.seen, actions: [] }; },
    };
    export class Timed { static CHECK_INTERVAL = 10; Check() { return 0; } Diagnose() {} }`,
  );
  await packages.monitor.start();
  const { svc } = await packages.settled();
  expect(svc?.healthchecks.map(({ description }) => description)).toEqual(['web1value of memory.totaluname']);
  expect(packages.monitor.find('svc', 'Lower').record.intervalMs).toBe(10_000);
  expect(packages.monitor.find('svc', 'Timed').record.intervalMs).toBe(10_000);
});

test('one broken file leaves the others alone; what is gone is gone; what is unchanged runs its top level once', async () => {
  using packages = watchedPackages();
  const counted = `require('node:fs').appendFileSync(__dirname + '/count', 'x');\n`;
  packages.write('svc/good_check.js', counted + checkClass('Good', 'return -1;'));
  packages.write('svc/bad_check.js', 'exports.Broken = class {');
  packages.write('other/a_check.js', checkClass('A', 'return 0;'));
  await packages.monitor.start();
  const { svc } = await packages.settled();
  expect(svc?.healthchecks.map(({ name }) => name)).toEqual(['Good']);
  const [, faults] = packages.monitor.folders();
  expect(faults?.problems.join()).toMatch(/bad_check\.js:[\s\S]*SyntaxError/);
  packages.write('svc/bad_check.js', checkClass('Mended', 'return -2;'));
  packages.remove('other');
  await packages.monitor.look();
  expect(Object.keys(await packages.settled()).join()).toBe('svc');
  expect((await packages.settled())['svc']?.healthchecks.map(({ name }) => name)).toEqual(['Good', 'Mended']);
  packages.write('svc/bad_check.js', 'exports.Broken = class {');
  await packages.monitor.look();
  expect(packages.monitor.find('svc', 'Mended').record).toMatchObject({ isStale: true, outcome: 'unhealthy' });
  packages.remove('svc/bad_check.js');
  await packages.monitor.look();
  expect((await packages.settled())['svc']?.healthchecks.map(({ name }) => name)).toEqual(['Good']);
  expect(readFileSync(join(packages.path, 'svc/count'), 'utf8')).toBe('x');
});

test('a changed file is run again, and so is everything when what it imports changes', async () => {
  using packages = watchedPackages();
  packages.write('svc/help.js', 'exports.code = -1;');
  packages.write('svc/a_check.js', `const help = require('./help.js');\n${checkClass('A', 'return help.code;')}`);
  await packages.monitor.start();
  expect((await packages.settled())['svc']?.healthchecks[0]?.description).toBe('Code -1.');
  packages.write('svc/help.js', 'exports.code = -22;');
  await packages.monitor.look();
  await vi.waitFor(() => expect(packages.monitor.find('svc', 'A').record.code).toBe(-22));
  packages.write('svc/a_check.js', checkClass('A', 'return -3;', 'CHECK_INTERVAL = 5;'));
  await packages.monitor.look();
  await vi.waitFor(() =>
    expect(packages.monitor.find('svc', 'A').record).toMatchObject({ code: -3, intervalMs: 5_000 }),
  );
});

test('an endless loop is cut at its time limit and costs the others nothing but a moment', async () => {
  using packages = watchedPackages();
  packages.write('svc/loop_check.js', checkClass('Loop', 'for (;;);', 'TIMEOUT = 0.3;'));
  packages.write('svc/slow_check.js', checkClass('Slow', 'return new Promise((done) => setTimeout(done, 100, -1));'));
  await packages.monitor.start();
  const { svc } = await packages.settled();
  expect(svc?.healthchecks.map(({ name, description }) => [name, description])).toEqual([
    ['Loop', 'Failed to execute the health check. Please review the health check file.'],
    ['Slow', 'Code -1.'],
  ]);
  expect(packages.monitor.find('svc', 'Loop').record.detail).toContain('no answer within 0.3 s');
});

test('an action needs a name', async () => {
  using packages = watchedPackages();
  packages.write(
    'svc/a_check.js',
    "exports.A = class A { Check() { return -1; } Diagnose() { return ['Bad.', [() => {}]]; } };",
  );
  await packages.monitor.start();
  await packages.settled();
  expect(packages.monitor.find('svc', 'A').record.detail).toContain('offers a function without a name');
});

test('a package in Python runs as it is', async () => {
  using packages = watchedPackages();
  packages.write('pysvc/__init__.py', '');
  packages.write('pysvc/repair_actions.py', 'def Fix(path, mode=7, **kwargs):\n  """Mends it."""\n');
  packages.write(
    'pysvc/key_check.py',
    `from pysvc import repair_actions
print('noise')
class Key(object):
  CHECK_INTERVAL = 10
  def Check(self):
    return False if not hasattr(self, 'x') else 0
class Bad(object):
  def Check(self):
    return -1
  def Diagnose(self, errcode):
    return ('Key file is missing.', [repair_actions.Fix])
class Odd(Bad):
  def Check(self):
    raise ValueError('odd')
`,
  );
  await packages.monitor.start();
  const { pysvc } = await packages.settled();
  expect(pysvc?.healthchecks.map(({ name, description, actions }) => [name, description, actions])).toEqual([
    ['Bad', 'Key file is missing.', ['Fix']],
    ['Odd', 'Failed to execute the health check. Please review the health check file.', []],
  ]);
  expect(packages.monitor.find('pysvc', 'Bad').record.actions).toEqual([
    {
      name: 'Fix',
      info: 'Mends it.',
      parameters: [
        { name: 'path', isRequired: true, defaultValue: null },
        { name: 'mode', isRequired: false, defaultValue: 7 },
      ],
      takesRest: false,
      takesAnyName: true,
      options: {},
    },
  ]);
  expect(packages.monitor.find('pysvc', 'Odd').record.detail).toContain('ValueError: odd');
});

test('a check may be written in YAML, with what may be done about it', async () => {
  using packages = watchedPackages(({ critical_if, script }) => {
    if (critical_if === 'not ({{a}} < 3)') return { state: 'critical', output: 'CRITICAL' };
    return { state: script === undefined ? 'unknown' : 'ok', output: 'a.b is missing' };
  });
  packages.write(
    'svc/key_check.yml',
    `- check: "{{a}} < 3"
  diagnose:
    -1: {description: "Key file is missing.", actions: [Install]}
  repair:
    Install: {command: [install-key, "{{arg.path}}"], params: {path: {default: /etc/key}}, cooldown: 300}
- {name: Fine, script: "check_disk -w 20"}
- {name: Unknown, check: "{{a.b}} > 1", diagnose: {default: {description: Nobody knows.}}}
`,
  );
  packages.write('svc/bad_check.yml', 'name: X\ndiagnose: {-1: {actions: [Nope]}}\ncheck: "1"\n');
  await packages.monitor.start();
  const { svc } = await packages.settled();
  expect(svc?.healthchecks.map(({ name, description, actions }) => [name, description, actions])).toEqual([
    ['Unknown', 'Nobody knows. (a.b is missing)', []],
    ['key', 'Key file is missing.', ['Install']],
  ]);
  expect(packages.monitor.find('svc', 'key').record.actions[0]).toMatchObject({
    parameters: [{ name: 'path', isRequired: false, defaultValue: '/etc/key' }],
    options: { command: ['install-key', '{{arg.path}}'], cooldown: 300 },
  });
  expect(packages.monitor.folders()[0]?.problems.join()).toContain('"Nope", which is not below repair');
});
