import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { assert, expect, test, vi } from 'vitest';
import { agents } from '../support/agent.ts';

const mobmoncli = fileURLToPath(new URL('../../bin/mobmoncli', import.meta.url));
const execute = promisify(execFile);
const PATIENCE = { timeout: 20_000, interval: 100 };

const ENV = { OPSBRO_MOB__ENABLED: 'true', OPSBRO_MOB__PORT: '0' };

function write(home: string, file: string, text: string): void {
  const path = join(home, 'data/health', file);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
}

const JS_CHECK = `
const { existsSync, writeFileSync } = require('node:fs');
const { InstallKeyFile, Sleep } = require('./repair_actions.js');
exports.MyHealthCheck = class MyHealthCheck {
  CHECK_INTERVAL = 10;
  Check() { return existsSync(__dirname + '/key') ? 0 : -1; }
  Diagnose(code) { return code === -1 ? ['Key file is missing.', [InstallKeyFile, Sleep]] : ['Unknown failure.', []]; }
};`;
const JS_ACTIONS = `
const { appendFileSync, writeFileSync } = require('node:fs');
exports.InstallKeyFile = function InstallKeyFile() { writeFileSync(__dirname + '/key', ''); console.log('installed'); };
exports.Sleep = function Sleep() { appendFileSync(__dirname + '/slept', 'x'); return new Promise((done) => setTimeout(done, 60_000)); };`;
const PY_CHECK = `
import os
from pyservice import repair_actions
class MyHealthCheck(object):
  CHECK_INTERVAL = 10
  def Check(self):
    return 0 if os.path.exists(os.path.join(os.path.dirname(__file__), 'key')) else -1
  def Diagnose(self, errcode):
    if -1 == errcode:
      return ('Key file is missing.', [repair_actions.InstallKeyFile])
    return ('Unknown failure.', [])`;
const PY_ACTIONS = `
import os
def InstallKeyFile(**kwargs):
  """Installs the key file."""
  open(os.path.join(os.path.dirname(__file__), 'key'), 'w').close()`;

test('a service is found broken, repaired from outside, and all of it is written down', async () => {
  await using started = agents();
  const agent = started.start('web1', ENV);
  write(agent.home, 'myservice/myservice_check.js', JS_CHECK);
  write(agent.home, 'myservice/repair_actions.js', JS_ACTIONS);
  write(agent.home, 'pyservice/__init__.py', '');
  write(agent.home, 'pyservice/my_check.py', PY_CHECK);
  write(agent.home, 'pyservice/repair_actions.py', PY_ACTIONS);
  await agent.ready();
  const ask = async (...words: string[]) =>
    (await execute(mobmoncli, words, { env: { ...process.env, OPSBRO_HOME: agent.home } })).stdout.trim();
  const missing = (service: string, actions: string) =>
    `[{"service":"${service}","health":false,"healthchecks":[{"name":"MyHealthCheck","health":false,"description":"Key file is missing.","actions":[${actions}]}]}]`;
  await vi.waitFor(async () => {
    expect(await ask('GetStatus', '-s', 'myservice')).toBe(missing('myservice', '"InstallKeyFile","Sleep"'));
    expect(await ask('GetStatus', '-s', 'pyservice')).toBe(missing('pyservice', '"InstallKeyFile"'));
  }, PATIENCE);
  expect(await ask('GetServiceList')).toBe('["myservice","pyservice"]');
  expect((await agent.opsbro('health', 'status', 'myservice')).code).toBe(2);
  const { mob } = agent.ports as unknown as { mob: number };
  const refused = await fetch(`http://127.0.0.1:${mob}/RepairService?service=myservice&action=InstallKeyFile`, {
    method: 'POST',
  });
  expect(refused.status).toBe(401);
  expect(await (await fetch(`http://127.0.0.1:${mob}/GetServiceList`)).json()).toEqual(['myservice', 'pyservice']);
  expect(existsSync(join(agent.home, 'data/health/myservice/key'))).toBe(false);
  for (const service of ['myservice', 'pyservice']) {
    expect(await ask('RepairService', '-s', service, '-a', 'InstallKeyFile')).toBe(
      `{"service":"${service}","health":true,"healthchecks":[]}`,
    );
  }
  expect(await agent.json('health', 'history', 'myservice')).toMatchObject([
    { event: 'end', before: 'unhealthy', after: 'healthy', fixed: true, output: 'installed\n' },
    { event: 'start' },
  ]);
  expect(await agent.json('check', 'show', 'health.myservice.MyHealthCheck')).toMatchObject({ state: 'ok' });
  expect((await agent.opsbro('health', 'status', 'nope')).code).toBe(3);
}, 60_000);

test('an attempt that a crash broke off counts, and is not made again', async () => {
  await using started = agents();
  const first = started.start('web1');
  write(first.home, 'myservice/myservice_check.js', JS_CHECK);
  write(first.home, 'myservice/repair_actions.js', JS_ACTIONS);
  const slept = join(first.home, 'data/health/myservice/slept');
  await first.ready();
  await vi.waitFor(async () => expect((await first.opsbro('health', 'status', 'myservice')).code).toBe(2), PATIENCE);
  const asked = first.opsbro('health', 'repair', 'myservice', 'Sleep', '--yes');
  await vi.waitFor(() => assert(existsSync(slept), 'it does not run yet'), PATIENCE);
  first.kill('SIGKILL');
  await Promise.all([first.ended(), asked]);
  const second = started.start('web1');
  await second.ready();
  await vi.waitFor(async () => {
    const service = (await second.json('health', 'history')) as { event: string }[];
    expect(service.map(({ event }) => event)).toEqual(['interrupted', 'start']);
  }, PATIENCE);
  await vi.waitFor(async () => {
    const body = await fetch(`http://127.0.0.1:${second.ports.http}/health-services/myservice/checks/MyHealthCheck`);
    const { repairs } = (await body.json()) as { repairs: { action: string; attempts: number }[] };
    expect(repairs.find(({ action }) => action === 'Sleep')?.attempts).toBe(1);
  }, PATIENCE);
  expect(readFileSync(slept, 'utf8')).toBe('x');
}, 60_000);
