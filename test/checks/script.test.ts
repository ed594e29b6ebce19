import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import script from '../../src/checks/script.ts';
import type { CheckResult } from '../../src/model/check.ts';
import type { Command } from '../../src/net/host.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { checkContext } from '../support/check.ts';
import { type ended, fakeHost, never, systemError } from '../support/host.ts';
import { testWith } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';

/** How a script ends on a machine where it ends like this. */
async function judged(how: Parameters<typeof ended>[0], options: object = {}): Promise<CheckResult> {
  const host = fakeHost({ commands: { '/x': how ?? {} } });
  return await script.configure({ script: '/x', nice: 0, ...options })(checkContext({ host }), never);
}

test.each([
  [{ exit: 0, stdout: 'fine|a=1' }, 'ok', 'fine'],
  [{ exit: 1, stdout: 'so so' }, 'warning', 'so so'],
  [{ exit: 2, stdout: 'bad' }, 'critical', 'bad'],
  [{ exit: 3, stdout: '' }, 'unknown', '(no output)'],
  [{ exit: 4, stdout: 'text' }, 'unknown', 'text (exit code 4 is not a plugin state)'],
  [{ exit: 42, stdout: '' }, 'unknown', 'exit code 42 is not a plugin state'],
  [{ exit: 126, stderr: 'sh: no' }, 'unknown', 'cannot execute /x: permission denied'],
  [{ exit: 127, stderr: 'sh: no' }, 'unknown', 'command not found: /x'],
  [{ exit: 137, stdout: '' }, 'unknown', 'exit code 137 (SIGKILL)'],
  [{ exit: null, signal: 'SIGKILL' }, 'unknown', 'killed by SIGKILL'],
  [{ exit: 0, stdout: ' \n', stderr: 'boom' }, 'ok', 'boom'],
  [{ exit: 0, stdout: 'long', cut: true }, 'ok', 'long [output cut at 64k]'],
  [{ exit: 0, stdout: '\u001b[32mgreen\u001b[0m\r\nmore' }, 'ok', 'green'],
] as const)('a script that ends with %j is %s', async (how, state, output) => {
  expect(await judged(how)).toMatchObject({ state, output });
});

test('further exit codes can be given a state', async () => {
  expect(await judged({ exit: 42, stdout: 'degraded' }, { codes: { '42': 'warning' } })).toMatchObject({
    state: 'warning',
    output: 'degraded',
  });
});

test('what was printed until the time was over is kept', async () => {
  expect(await judged({ exit: null, timedOut: true, stdout: 'half' }, { timeout: '90s' })).toMatchObject({
    state: 'unknown',
    output: 'timeout after 90s',
    longOutput: 'half',
  });
});

test.each([
  ['ENOENT', 'command not found: /absent'],
  ['EACCES', 'cannot execute /absent: permission denied'],
  ['EAGAIN', 'cannot start: EAGAIN'],
])('a script that cannot be started for %s is unknown', async (code, output) => {
  const host = { ...fakeHost(), run: () => Promise.reject(systemError(code, 'no')) };
  const run = script.configure({ script: '/absent', nice: 0 });
  expect(await run(checkContext({ host }), never)).toEqual({ state: 'unknown', output, command: ['/absent'] });
});

test.each([
  { script: '' },
  { script: [] },
  { script: '/x', timeout: '5 minutes' },
  { script: '/x', output_cap: 'much' },
])('the options %j are refused', (options) => {
  expect(() => script.configure(options)).toThrow('script');
});

/** Runs a script on this machine. */
async function onThisMachine(options: object, macros: Readonly<Record<string, string>> = {}): Promise<CheckResult> {
  await using host = systemHost(systemClock);
  return await script.configure(options)(checkContext({ host, macros }), never);
}

/** Writes an executable shell script. */
function shell(folder: string, name: string, ...lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
  return path;
}

const VALUES = ['a b', "it's", '"; touch MARK; "', '$(touch MARK)', '`touch MARK`', 'a\nb', '', '*', '$HOME'];

test.each(VALUES)('the value %j of a macro arrives unchanged as one argument, and is never program', async (value) => {
  using folder = tempDirectory();
  const mark = join(folder.path, 'mark');
  const given = value.replace('MARK', mark);
  const echo = shell(folder.path, 'echo', 'for word; do printf "<%s>" "$word"; done | tr "\\n" "~"');
  const shown = `<${given.replace('\n', '~')}>`;
  const run = (line: string | readonly string[]) => onThisMachine({ script: line }, { v: given });
  for (const line of [`${echo} '$v$'`, `${echo} "$v$"`, [echo, '$v$']]) {
    expect((await run(line)).output).toBe(shown);
  }
  for (const line of [`${echo} '$v$' | cat`, `${echo} "$v$" | cat`, `${echo} $v$ | cat`]) {
    expect((await run(line)).output).toBe(shown);
  }
  expect((await run(`${echo} $v$`)).output).toBe(given === '' ? '(no output)' : shown);
  expect(existsSync(mark)).toBe(false);
});

test('a script runs with its own priority and no more memory than it may have', async () => {
  const asked = ['/bin/sh', '-c', 'echo "$(nice) $(ulimit -v)"'];
  const own = Number(execFileSync('nice', { encoding: 'utf8' }));
  const { output } = await onThisMachine({ script: asked, nice: 7, memory_limit: 512 * 1_024 * 1_024 });
  expect(output).toBe(`${Math.min(19, own + 7)} ${512 * 1_024}`);
  const greedy = ['/bin/sh', '-c', 'head -c 200000000 /dev/zero | tail -c 200000000 | wc -c'];
  const refused = await onThisMachine({ script: greedy, memory_limit: 100 * 1_024 * 1_024 });
  expect(refused.output).toBe('0');
});

test('nothing of the environment of the agent leaks into a script', async () => {
  vi.stubEnv('OPSBRO_TEST_SECRET', 'secret');
  const { output, longOutput } = await onThisMachine(
    { script: ['/bin/sh', '-c', 'env | sort'], env: { ADDED: 'yes' } },
    { 'node.name': 'db-1', 'check.id': 'linux/x' },
  );
  const names = `${output}\n${longOutput}`.split('\n').map((line) => line.split('=')[0]);
  expect(names).toEqual(expect.arrayContaining(['ADDED', 'HOME', 'LC_ALL', 'OPSBRO_CHECK', 'OPSBRO_NODE', 'PATH']));
  expect(names).not.toContain('OPSBRO_TEST_SECRET');
  vi.unstubAllEnvs();
});

test('a script that hangs is ended in time, with its children and those that have escaped', async () => {
  using folder = tempDirectory();
  const alive = join(folder.path, 'alive');
  const hang = shell(
    folder.path,
    'hang',
    "trap '' TERM",
    `setsid sh -c 'while :; do date +%N > ${alive}; sleep 0.1; done' &`,
    'echo begun',
    'sleep 60',
  );
  const start = performance.now();
  const result = await onThisMachine({ script: [hang], timeout: '500ms' });
  expect(result).toMatchObject({ state: 'unknown', output: 'timeout after 0.5s', longOutput: 'begun' });
  expect(performance.now() - start).toBeLessThan(2_500);
  writeFileSync(alive, 'none');
  await onThisMachine({ script: ['/bin/sleep', '0.4'] });
  const { output } = await onThisMachine({ script: ['/bin/cat', alive] });
  expect(output).toBe('none');
});

test('a script that prints without end costs no more than its cap', async () => {
  const result = await onThisMachine({ script: 'yes 0123456789 | head -c 50000000', output_cap: '4k' });
  expect(result.state).toBe('ok');
  expect(result.output).toContain('[output cut at 4k]');
  expect((result.longOutput ?? '').length).toBeLessThan(5_000);
});

testWith('check_dummy', 'a plugin named without a path is found among the plugins', async () => {
  const options = { script: "check_dummy $exit_status$ '$exit_text$'" };
  expect(await onThisMachine(options, { exit_status: '1', exit_text: 'This is the exit text' })).toMatchObject({
    state: 'warning',
    output: 'WARNING: This is the exit text',
  });
});

testWith('check_load', 'a real plugin gives state, text and performance data', async (path) => {
  const {
    state,
    output,
    perfdata = [],
  } = await onThisMachine({ script: `${path} -w 1000,1000,1000 -c 2000,2000,2000` });
  expect(state).toBe('ok');
  expect(output).toMatch(/^LOAD OK - total load average: /);
  expect(perfdata).toHaveLength(3);
  expect(perfdata[0]).toMatch(/^load1=[\d.]+;1000\.000;2000\.000;0;$/);
});

test.each<[string, Record<string, string>, string]>([
  ['the first of several names that has a value counts', { 'load.critical': '9', 'load.warning': '5' }, '[5]'],
  ['the next one when nothing has the first', { 'load.critical': '9' }, '[9]'],
  ['an empty text when nothing has any', {}, '[]'],
])('of a macro with alternatives %s', async (_, macros, output) => {
  const result = await onThisMachine({ script: 'printf [%s] "$load.warning | load.critical$"' }, macros);
  expect(result).toMatchObject({ state: 'ok', output });
});

test('what a program writes to file 3 are results of other checks', async () => {
  const lines = [
    'OPSBRO RESULT app/jobs 2 three jobs hang',
    'OPSBRO RESULT app/mail 0',
    'OPSBRO RESULT app/x 7 no',
    'noise',
  ];
  const program = `printf '%s\\n' ${lines.map((line) => `"${line}"`).join(' ')} >&3; echo fine`;
  expect(await onThisMachine({ script: ['/bin/sh', '-c', program] })).toMatchObject({
    state: 'ok',
    output: 'fine',
    reports: [
      { id: 'app/jobs', state: 'critical', output: 'three jobs hang' },
      { id: 'app/mail', state: 'ok', output: '' },
    ],
  });
});

test('the command is kept as it was run, without secrets, with its exit code and what it said beside', async () => {
  const script = '/bin/sh -c "echo beside >&2; echo out; exit 1" -p $password$ -u $user$';
  const macros = { password: 'hunter2', user: 'ann' };
  expect(await onThisMachine({ script: script.replaceAll('"', "'") }, macros)).toMatchObject({
    exit: 1,
    stderr: 'beside',
    output: 'out',
    command: ['/bin/sh', '-c', 'echo beside >&2; echo out; exit 1', '-p', '******', '-u', 'ann'],
  });
});

const ROOT = { facts: { uid: 0, user: 'root' }, commands: { '/srv/x': { stdout: 'ran' } }, files: { '/srv/x': '' } };

test.each([
  ['/srv', { mode: 0o777 }, 'refused: /srv is writable by others'],
  ['/srv', { mode: 0o777, isSticky: true }, 'ran'],
  ['/srv', { mode: 0o775 }, 'ran'],
  ['/srv/x', { owner: 1_000 }, 'refused: /srv/x belongs to another user than root'],
  ['/srv/x', { mode: 0o707 }, 'refused: /srv/x is writable by others'],
])('an agent that is root meets %s with %j', async (path, change, output) => {
  const plain = fakeHost(ROOT);
  const stat = async (at: string) => ({ ...(await plain.stat(at)), ...(at === path && change) });
  const run = script.configure({ script: '/srv/x', nice: 0 });
  expect((await run(checkContext({ host: { ...plain, stat } }), never)).output).toBe(output);
  const context = checkContext({ host: { ...plain, stat } });
  const scripts = { ...context.scripts, trustsPaths: true };
  expect((await run({ ...context, scripts }, never)).output).toBe('ran');
  const asUser = { ...plain, stat, facts: async () => ({ ...(await plain.facts()), uid: 1_000, user: 'opsbro' }) };
  expect((await run(checkContext({ host: asUser }), never)).output).toBe('ran');
});

test('a script runs as the user that is named, with its groups, if the agent is root', async () => {
  const files = { '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nann:x:1001:2002::/home/ann:/bin/sh', '/srv/x': '' };
  const asAnn = 'setpriv --reuid=1001 --regid=2002 --init-groups /srv/x';
  const commands = { [asAnn]: ({ env }: Command) => ({ stdout: `${env?.['USER']} ${env?.['HOME']}` }) };
  const run = (user: string, uid = 0) =>
    script.configure({ script: '/srv/x', nice: 0, run_as: user })(
      checkContext({ host: fakeHost({ files, commands, facts: { uid, user: uid === 0 ? 'root' : 'opsbro' } }) }),
      never,
    );
  expect((await run('ann')).output).toBe('ann /home/ann');
  expect((await run('bob')).output).toBe('run_as: this machine has no user bob');
  expect((await run('ann', 1_000)).output).toBe('run_as: only an agent that runs as root can run programs as ann');
});
