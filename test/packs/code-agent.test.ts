import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunningAgent } from '../support/agent.ts';
import { tempDirectory } from '../support/temp.ts';

const EXAMPLE = new URL('../../examples/packs/backups', import.meta.url).pathname;
const SOON = { timeout: 15_000, interval: 100 };

const temporary = tempDirectory();
const home = join(temporary.path, 'home');
const local = join(home, 'data/local-configuration');
const pack = join(local, 'packs/backups');
const archives = join(temporary.path, 'archives');
const told = join(temporary.path, 'told');
let agent: RunningAgent;

/** The example as someone would have it on a machine, every second instead of every minute. */
function install(): void {
  mkdirSync(archives);
  for (const name of ['a.tar.gz', 'b.tar.gz', 'last-run']) writeFileSync(join(archives, name), 'x');
  cpSync(EXAMPLE, pack, { recursive: true });
  for (const file of readdirSync(join(pack, 'monitoring')).map((name) => join(pack, 'monitoring', name))) {
    const text = readFileSync(file, 'utf8').replace('60s', '1s').replace('/var/backups', archives);
    writeFileSync(file, text);
  }
  mkdirSync(join(local, 'parameters'));
  writeFileSync(join(local, 'parameters/backups.yml'), `directory: ${archives}\nfile: ${told}\ninterval: 1s\n`);
}

beforeAll(async () => {
  install();
  // On the very Node that runs this test: how code of packs finds the contract differs between versions.
  const env = { OPSBRO_NAME: 'keeper', OPSBRO_ALERTING__GROUP_INTERVAL: '1s' };
  agent = new RunningAgent(home, env, { launcher: [process.execPath] });
  await agent.ready();
}, 30_000);

afterAll(async () => {
  await agent[Symbol.asyncDispose]();
  temporary[Symbol.dispose]();
});

/** What a check says, with its state. */
async function said(id: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${agent.ports.http}/monitoring/checks`);
  const checks = (await answer.json()) as Record<'name' | 'state' | 'kind' | 'output', string>[];
  const found = checks.find(({ name }) => name === id);
  return `${found?.kind} ${found?.state}: ${found?.output}`;
}

const rewrite = (file: string, text: string) => writeFileSync(join(pack, file), text);
const shortForm = readFileSync(join(EXAMPLE, 'functions/plural.js'), 'utf8').replace('{count} ', '{count} x ');

test('an agent runs the collector, the function and the kind of check that a pack brings, and tells its handler', async () => {
  await expect.poll(() => said('backups/archives'), SOON).toBe('expression warning: WARNING: only 2 archives');
  await expect.poll(() => said('backups/last-run'), SOON).toBe(`holds_file ok: ${join(archives, 'last-run')} is fine`);
  await expect.poll(() => readFileSync(told, 'utf8'), SOON).toContain('keeper backups/archives: pending -> warning\n');
}, 40_000);

test('a reload brings the new code into use; when that is broken, the former stays', async () => {
  rewrite('functions/plural.js', shortForm);
  expect((await agent.opsbro('agent', 'reload')).code).toBe(0);
  await expect.poll(() => said('backups/archives'), SOON).toBe('expression warning: WARNING: only 2 x archives');

  rewrite('functions/plural.js', 'throw new Error("no luck")');
  const { code, stdout, stderr } = await agent.opsbro('agent', 'reload');
  expect([code, stdout + stderr]).toEqual([2, expect.stringContaining('plural.js: error: cannot be loaded: no luck')]);
  writeFileSync(join(archives, 'c.tar.gz'), 'x');
  await expect.poll(() => said('backups/archives'), SOON).toBe('expression ok: OK: 3 x archives');
  await expect.poll(() => readFileSync(told, 'utf8'), SOON).toContain('keeper backups/archives: warning -> ok\n');
}, 40_000);
