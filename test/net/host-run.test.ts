import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { Command } from '../../src/net/host.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { never } from '../support/host.ts';
import { tempDirectory } from '../support/temp.ts';

const host = systemHost(systemClock);
afterAll(() => host[Symbol.asyncDispose]());

const sh = (script: string, more: Partial<Command> = {}) =>
  host.run({ argv: ['/bin/sh', '-c', script], timeoutMs: 10_000, ...more }, never);

/** Whether a process is there and at work; one that has ended and waits to be collected is not. */
function isAlive(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid.trim()}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('gives what was said on both streams and how it ended', async () => {
  expect(await sh('echo out; echo err >&2; exit 3')).toEqual({
    stdout: 'out\n',
    stderr: 'err\n',
    exit: 3,
    signal: null,
    timedOut: false,
    cut: false,
  });
});

test('gives the signal that ended it', async () => {
  expect(await sh('kill -9 $$')).toMatchObject({ exit: null, signal: 'SIGKILL', timedOut: false });
});

test('has a plain environment of its own, nothing of ours, and nothing to read', async () => {
  const { stdout } = await sh('env; cat');
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0]);
  expect(names.filter((name) => name !== 'PWD' && name !== '_' && name !== 'SHLVL').sort()).toEqual([
    'LC_ALL',
    'OPSBRO_RUN',
    'PATH',
  ]);
});

test('has the environment it is given, and the mark of its run', async () => {
  const { stdout } = await sh('echo "$GREETING|$LC_ALL|$OPSBRO_RUN"', { env: { GREETING: 'hello', OPSBRO_RUN: 'r1' } });
  expect(stdout).toBe('hello||r1\n');
});

test('leads a process group of its own', async () => {
  const { stdout } = await sh('cut -d " " -f 5 /proc/$$/stat; echo $$');
  const [group, pid] = stdout.split('\n');
  expect(group).toBe(pid);
});

test('what is said beyond the cap is read and thrown away', async () => {
  const { stdout, cut, exit } = await sh('head -c 3000000 /dev/zero | tr "\\0" x', { outputCap: 1_000 });
  expect([stdout.length, cut, exit]).toEqual([1_000, true, 0]);
});

test('a character that the cap goes through is left out', async () => {
  expect(await sh('printf "aé"', { outputCap: 2 })).toMatchObject({ stdout: 'a', cut: true });
});

test('is ended when its time is over, with all that it started', async () => {
  const start = performance.now();
  const { timedOut, signal, stdout } = await sh('sleep 60 & echo $!; wait', { timeoutMs: 200 });
  expect([timedOut, signal]).toEqual([true, 'SIGTERM']);
  expect(performance.now() - start).toBeLessThan(1_700);
  await expect.poll(() => isAlive(stdout)).toBe(false);
});

test('is killed when it does not heed, with what has made a session of its own', async () => {
  using folder = tempDirectory();
  const file = join(folder.path, 'pid');
  const script = `trap "" TERM; setsid sh -c 'echo $$ > ${file}; exec sleep 60' & while :; do sleep 60; done`;
  const start = performance.now();
  expect(await sh(script, { timeoutMs: 1_000 })).toMatchObject({ timedOut: true, signal: 'SIGKILL' });
  expect(performance.now() - start).toBeLessThan(2_900);
  expect(existsSync(file)).toBe(true);
  await expect.poll(() => isAlive(readFileSync(file, 'utf8'))).toBe(false);
});

test('is over a second after its end though a child holds its output, and the child is killed', async () => {
  const start = performance.now();
  const { stdout, exit, timedOut } = await sh('sleep 60 & echo $!');
  expect([exit, timedOut]).toEqual([0, false]);
  expect(performance.now() - start).toBeLessThan(1_900);
  await expect.poll(() => isAlive(stdout)).toBe(false);
});

test('is ended when its asker no longer wants it, which then hears why', async () => {
  using folder = tempDirectory();
  const file = join(folder.path, 'pid');
  const abort = new AbortController();
  const run = host.run(
    { argv: ['/bin/sh', '-c', `echo $$ > ${file}; exec sleep 60`], timeoutMs: 10_000 },
    abort.signal,
  );
  await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8')).toMatch(/\n/);
  abort.abort(new Error('no longer wanted'));
  await expect(run).rejects.toThrow('no longer wanted');
  await expect.poll(() => isAlive(readFileSync(file, 'utf8'))).toBe(false);
});

test('is not started when it is no longer wanted', async () => {
  const run = host.run({ argv: ['/bin/true'], timeoutMs: 1_000 }, AbortSignal.abort(new Error('too late')));
  await expect(run).rejects.toThrow('too late');
});

test.each([
  ['a program that is not there', { argv: ['/nonesuch'] as const }, 'ENOENT'],
  ['a file that is no program', { argv: ['/etc/passwd'] as const }, 'EACCES'],
  ['a directory that is not there', { argv: ['/bin/true'] as const, cwd: '/nonesuch' }, 'ENOENT'],
])('%s fails with %j', async (_, command, code) => {
  await expect(host.run({ timeoutMs: 1_000, ...command }, never)).rejects.toMatchObject({ code });
});

test('a directory that is missing is named', async () => {
  const run = host.run({ argv: ['/bin/true'], cwd: '/nonesuch', timeoutMs: 1_000 }, never);
  await expect(run).rejects.toThrow('the working directory /nonesuch does not exist');
});

test('all that still run are ended when the host closes', async () => {
  await using closing = systemHost(systemClock);
  const run = closing.run({ argv: ['/bin/sleep', '60'], timeoutMs: 60_000 }, never);
  run.catch(() => {});
  await closing[Symbol.asyncDispose]();
  await expect(run).rejects.toThrow('the agent stops');
});
