import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { memberJson } from '../../src/http/records.ts';
import { fakeAgent } from '../support/cli.ts';
import { member } from '../support/nodes.ts';
import { testWith } from '../support/services.ts';

const program = fileURLToPath(new URL('../../bin/opsbro', import.meta.url));
const run = promisify(execFile);

testWith('script', 'on a terminal there are colours, but not for those who want none', async (script) => {
  await using agent = await fakeAgent({ 'GET /agent/members': { a: memberJson(member('a', { name: 'web1' })) } });
  const { NO_COLOR: _, ...env } = process.env;
  const shown = async (told: Readonly<Record<string, string>>, words = '') => {
    const line = `${program} --home ${agent.home} gossip members ${words}`;
    const all = { ...env, TERM: 'xterm', LC_ALL: 'C.UTF-8', ...told };
    return (await run(script, ['-qc', line, '/dev/null'], { env: all })).stdout;
  };
  const [usual, without, dumb, forced] = await Promise.all([
    shown({}),
    shown({ NO_COLOR: '1' }),
    shown({ TERM: 'dumb' }),
    shown({ NO_COLOR: '1' }, '--color always'),
  ]);
  for (const each of [usual, without, dumb, forced]) expect(each).toContain('web1');
  for (const each of [usual, forced]) expect(each).toContain('\u001b[32m');
  for (const each of [without, dumb]) expect(each).not.toContain('\u001b');
});
