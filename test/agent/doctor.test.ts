import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { diagnose } from '../../src/agent/doctor.ts';
import { findHome } from '../../src/base/home.ts';
import { secretHash } from '../../src/base/secret.ts';
import { runOpsbro } from '../support/agent.ts';
import { tempDirectory } from '../support/temp.ts';

const homeAt = (path: string) =>
  findHome({
    ...{ flags: { home: path }, env: {}, uid: 1_000, cwd: path, userHome: path },
    ...{ program: fileURLToPath(new URL('../../', import.meta.url)), exists: () => false },
  });

/** What is found of a home whose configuration directory has these files, about each of these. */
async function found(files: Readonly<Record<string, string>>, mode: number, ...abouts: readonly string[]) {
  using home = tempDirectory();
  mkdirSync(join(home.path, 'etc'));
  for (const [name, text] of Object.entries(files)) {
    const file = join(home.path, 'etc', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
  }
  const findings = await diagnose(homeAt(home.path), 0);
  return abouts.flatMap((about) =>
    findings.filter((finding) => finding.about === about).map(({ verdict, text }) => `${verdict} ${text}`),
  );
}

const TOKEN = `- {name: ci, scope: read, hash: ${secretHash('x')}}\n`;

test('a sound configuration with a file of tokens is told so', async () => {
  const files = { 'agent.yml': 'port: 0\npeer_port: 0\n', 'tokens.yml': TOKEN };
  expect(await found(files, 0o600, 'configuration', 'tokens')).toEqual([
    'ok no errors',
    expect.stringMatching(/^ok 1 stand in /),
  ]);
});

test('a setting that is none is told, and of tokens nothing where there is no file of them', async () => {
  expect(await found({ 'agent.yml': 'prt: 0\n' }, 0o600, 'configuration', 'tokens')).toEqual([
    'bad 1 errors; see opsbro config validate',
  ]);
});

test('tokens that others may write count for nothing, and a token that is none is told', async () => {
  expect(await found({ 'tokens.yml': TOKEN }, 0o666, 'tokens')).toEqual([
    expect.stringMatching(/^bad .*counts for nothing/),
  ]);
  const wrong = '- {name: ci, scope: read, hash: secret}\n';
  expect(await found({ 'tokens.yml': wrong }, 0o644, 'tokens')).toEqual([
    expect.stringMatching(/^poor .*chmod 600/),
    expect.stringMatching(/^bad .*SHA-256/),
  ]);
});

test('alerts that are to be gathered in a zone without a key are told', async () => {
  const text = 'node_zone: lan\nalerting: {gather: zone, group_by: [check]}\n';
  const key = { 'zone_keys/lan.gossip.key': `${Buffer.alloc(32, 1).toString('base64')}\n` };
  expect(await found({ 'agent.yml': text }, 0o600, 'alerts')).toEqual([
    expect.stringMatching(/^poor gather: zone .*"lan" has no key.*key generate --zone lan/),
  ]);
  expect(await found({ 'agent.yml': text, ...key }, 0o600, 'alerts')).toEqual([]);
});

test('what is no directory is told where one has to be, or has to be made', async () => {
  using home = tempDirectory();
  writeFileSync(join(home.path, 'data'), '');
  const findings = await diagnose(homeAt(home.path), 0);
  const about = (name: string) =>
    findings.find((finding) => finding.about === `directory ${join(home.path, name)}`)?.text;
  expect(about('data')).toBe('is no directory; move what is there away');
  expect(about('log')).toBe('is made at the first start');

  const below = await diagnose(homeAt(join(home.path, 'data/home')), 0);
  const told = below.filter(({ about: of }) => of.startsWith('directory '));
  expect(told.map(({ verdict }) => verdict)).toEqual(['bad', 'bad', 'bad']);
  expect(told[0]?.text).toBe(`cannot be made: ${join(home.path, 'data')} is no directory`);
});

test('of an agent that runs its own limit of files counts', async () => {
  using home = tempDirectory();
  mkdirSync(join(home.path, 'log'));
  const child = spawn('sh', ['-c', 'ulimit -n 111; echo; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    await once(child.stdout, 'data');
    const { pid = 0 } = child;
    const started = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19];
    writeFileSync(join(home.path, 'log/opsbro.lock'), `${pid}\n${started}\n`);
    const findings = await diagnose(homeAt(home.path), 0);
    expect(findings.find(({ about }) => about === 'agent')?.text).toBe(`runs as pid ${pid}`);
    expect(findings.find(({ about }) => about === 'files')).toMatchObject({
      verdict: 'poor',
      text: expect.stringMatching(/^111 files/),
    });
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

test('code of a pack that waits for nothing in particular does not end it in the middle', async () => {
  using home = tempDirectory();
  const pack = join(home.path, 'data/local-configuration/packs/slow');
  mkdirSync(join(pack, 'collectors'), { recursive: true });
  writeFileSync(join(pack, 'package.yml'), 'name: slow\n');
  const code = 'await new Promise((resolve) => setTimeout(resolve, 100).unref());\nexport default {};\n';
  writeFileSync(join(pack, 'collectors/slow.js'), code);
  const { stdout } = await runOpsbro(['--home', home.path, 'doctor']);
  expect(stdout).toMatch(/configuration: 1 errors/);
  expect(stdout).toMatch(/stores: /);
});

test('a certificate that cannot be used is told, and of none where the doors speak plain HTTP', async () => {
  expect(await found({ 'agent.yml': 'http: {tls_cert: /nowhere.pem, tls_key: /k}\n' }, 0o600, 'certificate')).toEqual([
    expect.stringMatching(/^bad http\.tls_cert: cannot be read: ENOENT/),
  ]);
  expect(await found({}, 0o600, 'certificate')).toEqual([]);
});
