import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isHere } from '../../src/cli/find-agent.ts';
import { globalsOf } from '../../src/cli/global-options.ts';
import { fakeAgent, opsbro } from '../support/cli.ts';
import { tempDirectory } from '../support/temp.ts';

const WORLD = { env: {}, uid: 1_000, cwd: '/', userHome: '/home/none', program: '/nowhere' };

test('an agent at a port is of this machine when its id is kept here; without any, when the port is', () => {
  using folder = tempDirectory();
  const [here, nowhere] = [{ data: folder.path }, { data: join(folder.path, 'nowhere') }];
  writeFileSync(join(folder.path, 'server.key'), 'id-a\n');
  const at = (uuid: string, home: { data: string }, http: string | undefined) =>
    isHere({ uuid, home }, globalsOf(new Map([['http', http]])), WORLD);
  expect(at('id-b', nowhere, undefined)).toBe(true);
  expect([at('id-a', here, 'http://10.0.0.1:6770'), at('id-b', here, 'http://10.0.0.1:6770')]).toEqual([true, false]);
  // A port that is forwarded.
  expect(at('id-b', here, 'http://127.0.0.1:6770')).toBe(false);
  const unknown = ['http://127.0.0.1:6770', 'http://[::1]:6770', 'localhost:6770', 'http://10.0.0.1:6770'];
  expect(unknown.map((http) => at('id-a', nowhere, http))).toEqual([true, true, true, false]);
});

test('the log of another machine is not looked for among the files of this one', async () => {
  using folder = tempDirectory();
  mkdirSync(join(folder.path, 'log'));
  writeFileSync(join(folder.path, 'server.key'), 'id-of-this-machine\n');
  writeFileSync(join(folder.path, 'log/dns.log'), 'a line of this machine\n');
  const info = { uuid: 'id-a', home: { config: '/etc', data: folder.path, log: join(folder.path, 'log') } };
  await using agent = await fakeAgent({ 'GET /agent/info': info, 'GET /log/parts/': ['dns'] });
  expect((await opsbro('agent log show dns', agent)).out).toBe('a line of this machine\n');
  await using port = await agent.atPort();
  const { code, out, err } = await opsbro(`agent log show dns --http ${port.url}`, agent);
  expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringContaining('on the machine of the agent') });
  const bundle = await opsbro(`agent debug --http ${port.url} --out ${folder.path}/b.tgz`, agent);
  expect(bundle).toMatchObject({ code: 0, err: expect.stringContaining('the log is not in it') });
});
