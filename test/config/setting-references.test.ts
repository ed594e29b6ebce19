import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { tempDirectory } from '../support/temp.ts';

const RULES = {
  checkFields: [],
  checkKinds: [],
  expressionFaults: () => [],
  parametersIn: () => [],
  groupFault: () => undefined,
};

async function loaded(text: string, references?: Record<string, string>) {
  using home = tempDirectory();
  const directory = join(home.path, 'etc');
  for (const folder of [directory, join(home.path, 'zones')]) mkdirSync(folder);
  writeFileSync(join(home.path, 'zones/internet.yml'), 'zone: {name: internet}\n');
  writeFileSync(join(home.path, 'secret'), 'planted-file\n', { mode: 0o600 });
  writeFileSync(join(directory, 'agent.yml'), text.replaceAll('HOME', home.path));
  const sources = { directory, shipped: home.path, env: {}, rules: RULES as never, ...(references && { references }) };
  const { config, shown, problems, fatal } = await loadConfig(sources);
  const lines = problems.map(({ level, line, key, message }) => `${level} ${line} ${key}: ${message}`);
  return { config, shown, lines, fatal, path: home.path };
}

const IN_ETCD = `\${env:ETCD}`;
const IN_A = `\${env:A}`;
const ETCD = `kv:\n  etcd: {endpoints: ["http://a:1"], password: "${IN_ETCD}"}\n`;

test('a secret of a setting may stand in the environment or in a file; what is shown is where', async () => {
  const text = `${ETCD}prometheus: {remote_write: [{url: http://a/w, basic_auth: {username: u, password: "\${file:HOME/secret}"}}]}\n`;
  const { config, shown, lines, path } = await loaded(text, { ETCD: 'planted-env' });
  expect(config.kv.etcd.password).toBe('planted-env');
  expect(config.prometheus.remote_write[0]?.basic_auth?.password).toBe('planted-file');
  expect(shown.kv.etcd.password).toBe(IN_ETCD);
  expect(shown.prometheus.remote_write[0]?.basic_auth?.password).toBe(`\${file:${path}/secret}`);
  expect(lines).toEqual([]);
});

test('one that cannot be had is empty, is told, and keeps nobody from starting', async () => {
  const { config, lines, fatal } = await loaded(ETCD, {});
  expect(config.kv.etcd.password).toBe('');
  expect(lines).toEqual(['error 2 kv.etcd.password: no environment variable is named ETCD']);
  expect(fatal).toEqual([]);
});

test('a value that does not fit leaves what is written', async () => {
  const { config, lines } = await loaded(`variables: {a: "${IN_A}"}\nprocess_name: "${IN_A}"\n`, {
    A: 'x'.repeat(5_000),
  });
  expect(config.variables).toEqual({ a: IN_A });
  expect(lines.length).toBeLessThanOrEqual(1);
});

test('who only looks at a file looks nothing up', async () => {
  const { config, lines } = await loaded(ETCD);
  expect([config.kv.etcd.password, lines]).toEqual([IN_ETCD, []]);
});
