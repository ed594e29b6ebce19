import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { memberJson } from '../../src/http/records.ts';
import { fakeAgent } from '../support/cli.ts';
import { member } from '../support/nodes.ts';
import { tempDirectory } from '../support/temp.ts';

const program = fileURLToPath(new URL('../../bin/opsbro', import.meta.url));

test('commands work in a directory that is gone', async () => {
  await using agent = await fakeAgent({ 'GET /agent/members': { a: memberJson(member('a', { name: 'web1' })) } });
  using place = tempDirectory();
  const cwd = join(place.path, 'gone');
  mkdirSync(cwd);
  const words = ['-c', 'rmdir "$PWD" && exec "$@"', 'sh', program, '--home', agent.home, 'gossip', 'members'];
  const { stdout } = await promisify(execFile)('sh', words, { cwd });
  expect(stdout).toContain('web1');
});
