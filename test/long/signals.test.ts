import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, describe, expect, test, vi } from 'vitest';
import { APART, agents, RunningAgent, runOpsbro } from '../support/agent.ts';
import { tempDirectory } from '../support/temp.ts';

const WAIT = { timeout: 30_000, interval: 50 };

/** An agent with a check that is running and takes no notice of TERM, so that a stop takes its time. */
async function busyAgent(home: string): Promise<RunningAgent> {
  const mark = join(home, 'runs');
  mkdirSync(join(home, 'etc'), { recursive: true });
  // It ends by itself when the home goes, also where nobody is left to end it.
  const script = `trap '' TERM; echo $$ >${mark}; while [ -e ${mark} ]; do sleep 1; done`;
  const check = { interval: '1s', timeout: '60s', script: ['/bin/sh', '-c', script] };
  writeFileSync(join(home, 'etc/check.yml'), JSON.stringify({ check }));
  const agent = await new RunningAgent(home, {}).ready();
  await vi.waitFor(() => assert(existsSync(mark), 'the check does not run yet'), WAIT);
  return agent;
}

/** Whether a process is there and has not ended. */
function isAtWork(pid: string): boolean {
  try {
    return !/^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, ''));
  } catch {
    return false;
  }
}

describe('signals', () => {
  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('a second %s ends at once with %i', async (signal, code) => {
    using home = tempDirectory();
    await using agent = await busyAgent(home.path);
    agent.kill(signal);
    await vi.waitFor(async () => {
      const { stdout } = await agent.opsbro('agent', 'print', 'state', '--no-wait');
      expect(stdout).not.toBe('ok\n');
    }, WAIT);
    agent.kill(signal);
    expect(await agent.ended()).toBe(code);
  });

  test('a stop gives running checks their time, ends their groups and is orderly', async () => {
    using home = tempDirectory();
    await using agent = await busyAgent(home.path);
    const pid = readFileSync(join(home.path, 'runs'), 'utf8').trim();
    agent.kill('SIGTERM');
    expect(await agent.ended()).toBe(0);
    expect(isAtWork(pid)).toBe(false);
    for (const left of ['data/opsbro.sock', 'log/opsbro.lock', 'log/crash.log'])
      expect(existsSync(join(home.path, left)), left).toBe(false);
  });

  test('PIPE is nothing', async () => {
    await using pool = agents();
    const agent = await pool.start('piped').ready();
    agent.kill('SIGPIPE');
    expect(await agent.opsbro('agent', 'print', 'state')).toMatchObject({ code: 0 });
  });
});

describe('one round', () => {
  const once = (home: string, ...words: string[]) =>
    runOpsbro(['--home', home, 'agent', 'start', '--one-shot', ...words], APART);

  test('with a fault in the configuration is done and ends with 2', async () => {
    using home = tempDirectory();
    mkdirSync(join(home.path, 'etc'));
    writeFileSync(join(home.path, 'etc/check.yml'), 'check: {interval: soon, script: "true"}\n');
    const { code } = await once(home.path);
    expect(code).toBe(2);
    expect(existsSync(join(home.path, 'data/opsbro.sock'))).toBe(false);
  });

  test('that takes longer than it may ends with 2 and says so', async () => {
    using home = tempDirectory();
    const { code, stderr } = await once(home.path, '--timeout', '10ms');
    expect([code, stderr]).toEqual([2, expect.stringContaining('one round was not done within 0.01 s')]);
  });

  test('ends with 0 where nothing is wrong', async () => {
    using home = tempDirectory();
    expect(await once(home.path)).toMatchObject({ code: 0 });
  });
});
