import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { APART, runOpsbro } from '../support/agent.ts';
import { tempDirectory } from '../support/temp.ts';

const program = fileURLToPath(new URL('../../bin/opsbro', import.meta.url));
const FULL = openSync('/dev/full', 'w');

test.each<[string, 'pipe' | number, (agent: ChildProcess) => void]>([
  ['nobody reads any more', 'pipe', (agent) => void agent.stdout?.once('data', () => agent.stdout?.destroy())],
  ['no longer finds room', FULL, () => undefined],
])('an agent whose output %s goes on, and stops in order', async (_, stdout, spoil) => {
  using home = tempDirectory();
  const at = ['--home', home.path];
  const agent = spawn(program, ['agent', 'start', ...at], {
    env: { ...process.env, ...APART },
    stdio: ['ignore', stdout, 'ignore'],
  });
  spoil(agent);
  const ended = once(agent, 'exit');
  await expect
    .poll(async () => (await runOpsbro(['agent', 'print', 'state', ...at])).stdout, { timeout: 15_000 })
    .toBe('ok\n');
  expect((await runOpsbro(['agent', 'stop', ...at])).code).toBe(0);
  expect(await ended).toEqual([0, null]);
});
