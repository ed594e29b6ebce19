import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rulesOf } from '../../src/agent/object-rules.ts';
import { loadPlugins } from '../../src/agent/plugins.ts';
import { judgePosted } from '../../src/agent/posted.ts';
import { tempDirectory } from '../support/temp.ts';

const rules = rulesOf(await loadPlugins());

async function judged(text: string, zones = '') {
  using folder = tempDirectory();
  const config = join(folder.path, 'etc');
  mkdirSync(join(config, 'zones'), { recursive: true });
  // Would be a fault by itself, and is none of the posted text.
  writeFileSync(join(config, 'agent.yml'), 'groupps: [a]\n');
  if (zones !== '') writeFileSync(join(config, 'zones/all.yml'), zones);
  const { errors, warnings, ...rest } = await judgePosted(
    { text, file: 'posted.yml' },
    { directory: config, shipped: folder.path, rules },
  );
  expect(rest).toEqual({ changes: [], restart_needed: [], stand_ins: [] });
  const brief = ({ file, line, path: key, message, suggestion }: (typeof errors)[number]) => ({
    ...{ file, line, key, message },
    ...(suggestion !== undefined && { suggestion }),
  });
  return { errors: errors.map(brief), warnings: warnings.map(brief) };
}

test('a posted text is judged with the place of each fault, and without those of other files', async () => {
  expect(await judged('log_level: INFO\ngroupps: [a]\n')).toEqual({
    errors: [
      {
        file: 'posted.yml',
        line: 2,
        key: 'groupps',
        message: expect.stringContaining('unknown key'),
        suggestion: 'groups',
      },
    ],
    warnings: [],
  });
  expect(await judged('check:\n  interval: 10s\n')).toMatchObject({
    errors: [{ line: 1, message: expect.stringContaining('nothing to run') }],
  });
  expect(await judged('a: [\n')).toMatchObject({ errors: [{ file: 'posted.yml' }] });
  expect(await judged('groups: [a]\n')).toEqual({ errors: [], warnings: [] });
});

test('the zones of the node are known', async () => {
  const zone = 'zone: {name: lan}\n';
  expect((await judged('node-zone: lan\n', zone)).errors).toEqual([]);
  expect((await judged('node-zone: lam\n', zone)).errors).toMatchObject([{ key: 'node_zone' }]);
});

test('what a text refers to is named and not looked up, whether it is there or not', async () => {
  const text = (path: string) => `alerting:\n  url: \${file:${path}}\nhttp: {tls_key: "\${env:HOME}"}\n`;
  const [there, gone] = [await judged(text('/etc/hostname')), await judged(text('/nowhere'))];
  expect(there.warnings).toMatchObject([
    {
      line: 2,
      key: 'alerting.url',
      message: expect.stringMatching(/^\$\{file:\/etc\/hostname\} is not looked up here/),
    },
    { line: 3, key: 'http.tls_key' },
  ]);
  expect(JSON.stringify(gone).replaceAll('/nowhere', '/etc/hostname')).toEqual(JSON.stringify(there));
});

test('what is referred to in a list has a line of its own', async () => {
  const list = `handler:\n  type: mail\n  to:\n    - ops@example.org\n    - \${env:ONCALL}\n`;
  const { warnings } = await judged(list);
  expect(warnings.filter(({ message }) => message.includes('not looked up'))).toMatchObject([
    { line: 5, key: 'handler.to.1' },
  ]);
});
