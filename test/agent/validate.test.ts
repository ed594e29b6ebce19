import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fixTabs, validate } from '../../src/agent/validate.ts';
import { findHome } from '../../src/base/home.ts';
import { problemText } from '../../src/model/pack.ts';
import { tempDirectory } from '../support/temp.ts';

const PROGRAM = fileURLToPath(new URL('../../', import.meta.url));

/** A home with these files, and what is found at paths below it. */
function homeWith(path: string, files: Readonly<Record<string, string>>) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  const world = { env: {}, uid: 0, cwd: '/', userHome: '/', program: PROGRAM, exists: () => false };
  const home = findHome({ ...world, flags: { home: path } });
  return async (...paths: string[]) => {
    const found = await validate(
      home,
      paths.map((each) => join(path, each)),
    );
    return { ...found, lines: found.problems.map((problem) => problemText(problem).replaceAll(`${path}/`, '')) };
  };
}

const FILES = {
  'etc/agent.yml': 'groupps: [a]\nmailq_warn: 3\n',
  'etc/checks.yml': 'check: {critical_if: "1 +", interval: 5 minutes}\n',
  'data/local-configuration/packs/demo/package.yml': 'name: demo\n',
  'data/local-configuration/packs/demo/detectors/a.yml':
    'detector:\n    apply_if: "True"\n    add_groups: a\n    intervall: 3s\n',
  'lone.yml': 'check:\n  critical_if: "nope(1)"\n',
};

test('without a path all that an agent would read is looked at, with every problem of every file', async () => {
  using directory = tempDirectory();
  const found = await homeWith(directory.path, FILES)();
  const own = found.lines.filter((line) => /^(?:etc|data)/.test(line));
  expect(own).toEqual([
    'etc/checks.yml:1:26: warning: check.critical_if: a value is missing at the end',
    'etc/checks.yml:1:29: error: check.interval: "5 minutes" is not a duration; write 5m',
    'etc/agent.yml:1:1: error: groupps: unknown key (a free variable of this name stands below "variables"); did you mean "groups"?',
    'data/local-configuration/packs/demo/detectors/a.yml:4:5: warning: detector.intervall: unknown key; did you mean "interval"?',
  ]);
  expect(found.variables).toEqual(['mailq_warn']);
  expect(found.errors).toBe(2);
  expect(found.files).toBeGreaterThan(10);
});

test('settings for a kind of check or a collector that there is not are told: they have no effect', async () => {
  using directory = tempDirectory();
  const text =
    'checks:\n  defaults:\n    htpp: {interval: 30s}\n    http: {interval: 30s}\ncollectors:\n  cpustat: {enabled: false}\n';
  const { lines, errors } = await homeWith(directory.path, { 'etc/agent.yml': text })();
  expect(errors).toBe(0);
  expect(lines.filter((line) => line.startsWith('etc/'))).toEqual([
    'etc/agent.yml:3:1: warning: checks.defaults.htpp: no kind of check is named "htpp"; did you mean "http"?',
    expect.stringMatching(/^etc\/agent.yml:6:1: warning: collectors.cpustat: no collector is named "cpustat"/),
  ]);
});

test('a file, a pack and a directory of packs are looked at alone', async () => {
  using directory = tempDirectory();
  const at = homeWith(directory.path, FILES);
  expect(await at('etc/agent.yml')).toMatchObject({ files: 1, errors: 1 });
  expect((await at('lone.yml')).lines).toEqual([expect.stringMatching(/^lone.yml:2:1\d: warning: .*nope/)]);
  const packs = 'data/local-configuration/packs';
  for (const path of [packs, `${packs}/demo`, `${packs}/demo/detectors/a.yml`]) {
    expect(await at(path), path).toMatchObject({ objects: 1, errors: 0, warnings: 1, problems: [{ pack: 'demo' }] });
  }
  expect((await at('nowhere.yml')).lines).toEqual(['nowhere.yml: error: there is no such file or directory']);
});

test('where a problem is can be shown, but never a secret', async () => {
  using directory = tempDirectory();
  const text =
    'http:\n  prot: 1\ngossip:\n  api_token: [hunter2]\nvariables:\n  slack_token:\n    - "hunter2" hunter2\n';
  const found = await homeWith(directory.path, { 'a.yml': text.slice(0, text.indexOf('variables')), 'b.yml': text })(
    'a.yml',
    'b.yml',
  );
  expect(found.problems[0]?.excerpt).toEqual({ line: '  prot: 1', caret: '  ^' });
  expect(found.errors).toBeGreaterThan(2);
  expect(JSON.stringify(found)).not.toContain('hunter2');
});

test('a file with a tab is named by its place, and all others load', async () => {
  using directory = tempDirectory();
  const found = await homeWith(directory.path, {
    'etc/a.yml': 'http:\n\tport: 1\n',
    'etc/good.yml': 'check: {critical_if: "1 > 2"}\n',
    'etc/agent.yml': 'mailq_warn: 3\n',
  })('etc');
  expect(found).toMatchObject({ objects: 1, errors: 1, variables: ['mailq_warn'] });
  expect(found.lines).toEqual([expect.stringMatching(/^etc\/a\.yml:2:1: error: tab used for indentation; .*spaces/)]);
});

test('tabs become spaces, and what was there is kept', async () => {
  using directory = tempDirectory();
  const text = 'http:\n\tport: 1\n\tbind: ::1\n';
  const at = homeWith(directory.path, { 'agent.yml': text });
  const before = await at('agent.yml');
  expect(before.lines).toContain('agent.yml:2:1: error: tab used for indentation; YAML needs spaces');
  const file = join(directory.path, 'agent.yml');
  expect(await fixTabs(before)).toEqual([
    {
      file,
      lines: [
        { number: 2, before: '\tport: 1', after: '    port: 1' },
        { number: 3, before: '\tbind: ::1', after: '    bind: ::1' },
      ],
    },
  ]);
  expect(readFileSync(file, 'utf8')).toBe(text.replaceAll('\t', '    '));
  expect(readFileSync(`${file}.bak`, 'utf8')).toBe(text);
  expect(await at('agent.yml')).toMatchObject({ errors: 0 });
});

test('a check of two kinds runs as one of them, and a warning names both', async () => {
  using directory = tempDirectory();
  const found = await homeWith(directory.path, {
    'two.yml': 'check: { if_group: "*", http: "http://localhost/", tcp: { port: 80 } }\n',
  })('two.yml');
  expect(found.lines).toEqual([
    expect.stringMatching(/two.yml:1:\d+: warning: .*this one runs as http, and tcp is not used/),
  ]);
});

test('without a path the file of tokens is looked at as well, and what stands there is not told', async () => {
  using directory = tempDirectory();
  const { lines, errors } = await homeWith(directory.path, {
    'etc/tokens.yml': '- {name: ci, scope: read, hash: planted}\n',
  })();
  expect(errors).toBe(1);
  expect(lines).toContainEqual(expect.stringMatching(/^etc\/tokens.yml:1:\d+: error: hash: .*SHA-256/));
  expect(lines.join()).not.toContain('planted');
});
