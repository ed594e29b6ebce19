import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const script = fileURLToPath(new URL('../../packaging/init.d/opsbro', import.meta.url));

/** Behaves as the agent does, as far as the script sees of it: takes the lock, answers, ends at TERM, hears HUP. */
const STAND_IN = `#!/bin/sh
case "$*" in
  'agent print state') [ -f "$OPSBRO_HOME/ready" ]; exit ;;
esac
echo "$*" >"$OPSBRO_HOME/words"
[ -f "$OPSBRO_HOME/broken" ] && { echo 'error: the port is taken'; exit 2; }
mkdir -p "$OPSBRO_HOME/log"
printf '%s\\n%s\\n' $$ "$(sed 's/.*) //' /proc/$$/stat | cut -d ' ' -f 20)" >"$OPSBRO_HOME/log/opsbro.lock"
trap 'touch "$OPSBRO_HOME/reloaded"' HUP
if [ -f "$OPSBRO_HOME/deaf" ]; then trap '' TERM; else trap 'rm "$OPSBRO_HOME/log/opsbro.lock"; exit 0' TERM; fi
touch "$OPSBRO_HOME/ready"
while :; do sleep 0.05; done
`;

/** A root of its own, in which the script may do what it does. */
function machine({ stopSeconds = 30 } = {}) {
  const home = mkdtempSync(join(tmpdir(), 'opsbro-init-'));
  const program = join(home, 'program');
  writeFileSync(program, STAND_IN);
  chmodSync(program, 0o755);
  const call = (...args: string[]) => callAs(process.getuid?.() ?? 0, ...args);
  const callAs = (user: number, ...args: string[]) => {
    const settings = { OPSBRO_HOME: home, PROGRAM: program, DEFAULTS: join(home, 'default'), START_SECONDS: '60' };
    const env = { PATH: process.env['PATH'], ...settings, STOP_SECONDS: String(stopSeconds) };
    const { status, stdout, stderr } = spawnSync('sh', [script, ...args], { env, uid: user, encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const file = (name: string) => join(home, name);
  const pid = () => Number(readFileSync(file('log/opsbro.lock'), 'utf8').split('\n')[0]);
  onTestFinished(() => {
    if (existsSync(file('log/opsbro.lock')) && pid() > 1 && pid() !== process.pid)
      spawnSync('kill', ['-KILL', String(pid())]);
    rmSync(home, { recursive: true, force: true });
  });
  return { call, callAs, file, pid };
}

/** Whether a process is there and has not ended. */
function isAtWork(pid: number): boolean {
  try {
    return !/^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, ''));
  } catch {
    return false;
  }
}

test('start, status, reload, restart and stop do what they say and end with the codes of the standard base', async () => {
  const { call, file, pid } = machine();
  expect(call('status')).toMatchObject({ status: 3, stdout: 'opsbro does not run\n' });
  expect(call('reload').status).toBe(7);
  expect(call('stop').status).toBe(0);

  expect(call('start').status).toBe(0);
  const first = pid();
  expect(call('status')).toMatchObject({ status: 0, stdout: `opsbro runs as pid ${first}\n` });
  expect(call('start')).toMatchObject({ status: 0, stdout: `opsbro already runs as pid ${first}\n` });
  expect(call('reload').status).toBe(0);
  await expect.poll(() => existsSync(file('reloaded'))).toBe(true);
  expect(call('force-reload').status).toBe(0);
  expect(call('restart').status).toBe(0);
  expect(pid()).not.toBe(first);
  expect(call('stop')).toMatchObject({ status: 0, stdout: 'opsbro is stopped\n' });
  expect(call('status').status).toBe(3);
});

test('options go to the agent, those of the defaults and those that were written', () => {
  const { call, file } = machine();
  writeFileSync(file('default'), 'AGENT_OPTIONS="--join 10.0.0.1"\n');
  expect(call('--debug', '--auto-detect', 'start').status).toBe(0);
  expect(readFileSync(file('words'), 'utf8')).toBe('agent start --join 10.0.0.1 --debug --auto-detect\n');
  expect(call('stop').status).toBe(0);
});

test('an agent that does not start is told with what it printed', () => {
  const { call, file } = machine();
  writeFileSync(file('broken'), '');
  const { status, stderr } = call('start');
  expect(status).toBe(1);
  expect(stderr).toContain('error: the port is taken');
});

test('an agent that does not stop in time is killed, and only that process', () => {
  const { call, file, pid } = machine({ stopSeconds: 1 });
  writeFileSync(file('deaf'), '');
  expect(call('start').status).toBe(0);
  const stubborn = pid();
  expect(call('stop')).toMatchObject({ status: 0, stdout: 'opsbro did not stop within 1 s; it was killed\n' });
  // It is gone by then, or at most not yet waited for by its parent.
  expect(isAtWork(stubborn)).toBe(false);
  expect(call('status').status).toBe(3);
});

test.each([
  ['a pid that another process has now', `${process.pid}\n1\n`],
  ['no pid', 'opsbro\nx\n'],
  ['nothing', ''],
])('a lock with %s is no running agent', (_, text) => {
  const { call, file } = machine();
  mkdirSync(file('log'));
  writeFileSync(file('log/opsbro.lock'), text);
  expect(call('status').status).toBe(3);
  expect(call('stop').status).toBe(0);
});

test.each([[[]], [['fly']], [['start', 'stop']], [['--quick', 'start']]])('%j is no way to call it', (args) => {
  const { call } = machine();
  const { status, stderr } = call(...args);
  expect(status).toBe(2);
  expect(stderr).toContain('{start|stop|status|restart|reload|force-reload}');
});

test('it says of itself what the standard base wants to know', () => {
  const text = readFileSync(script, 'utf8');
  for (const key of [
    'Provides',
    'Required-Start',
    'Required-Stop',
    'Default-Start',
    'Default-Stop',
    'Short-Description',
  ]) {
    expect(text).toMatch(new RegExp(`^# ${key}: +\\S`, 'm'));
  }
});

const NOBODY = 65_534;

test.skipIf(process.getuid?.() !== 0)('who may not end the agent is told so at once, and it works on', () => {
  const { call, callAs, file, pid } = machine();
  expect(call('start').status).toBe(0);
  chmodSync(file('.'), 0o755);
  const text = `opsbro runs as pid ${pid()}, which this user may not stop or tell anything\n`;
  expect(callAs(NOBODY, 'stop')).toMatchObject({ status: 4, stderr: text });
  expect(callAs(NOBODY, 'reload')).toMatchObject({ status: 4, stderr: text });
  expect(isAtWork(pid())).toBe(true);
  expect(call('stop').status).toBe(0);
});
