import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandJson, DaemonJson, watchedJson } from '../../scripts/docs/command-json.ts';
import { eventJson } from '../../src/http/pool-records.ts';
import { memberJson } from '../../src/http/records.ts';
import { ChangesJson } from '../../src/http/schemas/kv.ts';
import { Answered, fakeAgent, opsbro } from '../support/cli.ts';
import { member } from '../support/nodes.ts';
import { frame, stream } from '../support/stream.ts';
import { tempDirectory } from '../support/temp.ts';

const EVENT = { name: 'deploy', payload: Buffer.from('v2'), lTime: 3, heard: 5, replayed: false };
const NEWS = [
  frame('hello', { node: 'n' }),
  frame('gossip', { type: 'gossip::dead', ...memberJson(member('a', { state: 'dead' })) }),
  frame('gossip', { type: 'gossip::reaped', uuid: 'a' }),
  frame('events', eventJson(EVENT)),
];
const time = '2026-01-02T15:04:05.000Z';
const CHANGE = { index: 'b:2', key: 'a', op: 'put', version: 'v', time, expires: null, value: 'Yg==' } as const;
const AGENT = {
  'GET /kv-changes': () => ChangesJson.parse({ index: 'b:2', changes: [CHANGE] }),
  'GET /log/follow/dns': () => new Answered(200, 'a line\nhe said "no"\n', { 'content-type': 'text/plain' }),
};

test.each([
  ['gossip watch', '--count 2', 2],
  ['gossip members', '--watch --count 1', 1],
  ['gossip events list', '--watch --count 1', 1],
  ['kv watch', '--values --from b:1 --count 1', 1],
  ['agent log follow', 'dns', 2],
])('each line of opsbro %s --json is as the reference says', async (path, rest, count) => {
  await using agent = await fakeAgent(AGENT);
  using _stream = stream(agent.server, NEWS);
  const { code, out, err } = await opsbro(`${path} ${rest} --json`, agent);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const said = watchedJson(path) ?? commandJson(path);
  const schema = 'schema' in said ? said.schema : undefined;
  const lines = out.trimEnd().split('\n');
  expect(lines).toHaveLength(count);
  for (const line of lines) expect(schema?.safeParse(JSON.parse(line)), line).toMatchObject({ success: true });
});

/** A program in the place of the agent: `script` is what it does. */
function programOf(path: string, script: string): string {
  mkdirSync(join(path, 'bin'), { recursive: true });
  writeFileSync(join(path, 'bin/opsbro'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(path, 'bin/opsbro'), 0o755);
  return path;
}

const STARTS = ['agent start --daemon', 'agent restart'];

test.each(STARTS)('opsbro %s --json tells the process that it started', async (line) => {
  using folder = tempDirectory();
  const file = join(folder.path, 'pid');
  const program = programOf(folder.path, `echo $$ > ${file}.new; mv ${file}.new ${file}; exec sleep 60`);
  const pid = () => Number(readFileSync(file, { flag: 'a+', encoding: 'utf8' }) || 2 ** 22 + 1);
  await using agent = await fakeAgent({
    'GET /agent/info': () => ({ pid: pid() }),
    'POST /agent/stop': { stopping: true },
  });
  const { code, out } = await opsbro(`${line} --json`, { ...agent, program });
  process.kill(pid());
  expect(code).toBe(0);
  expect(DaemonJson.parse(JSON.parse(out))).toEqual({ pid: pid() });
});

test.each(STARTS)('opsbro %s --json tells why nothing was started', async (line) => {
  using folder = tempDirectory();
  const program = programOf(
    folder.path,
    'echo first >&2; echo "error: the port is taken" >&2; echo "a warning" >&2; exit 2',
  );
  const { code, out, err } = await opsbro(`${line} --json`, { home: folder.path, program });
  expect({ code, out: JSON.parse(out) }).toEqual({
    code: 2,
    out: { error: { code: 'not_started', message: 'the port is taken' } },
  });
  expect(err).toMatch(/first\na warning\nerror: the port is taken\n$/);
});

test('an agent that ends without a word is told with its code, and one that is silent with its time', async () => {
  using folder = tempDirectory();
  const program = programOf(folder.path, 'exit 7');
  const { code, err } = await opsbro('agent start --daemon', { home: folder.path, program });
  expect({ code, err }).toEqual({ code: 2, err: `error: the agent ended at once (code 7); see ${folder.path}/log\n` });
  programOf(folder.path, 'exec sleep 60');
  const late = await opsbro('agent start --daemon --timeout 20ms --json', { home: folder.path, program });
  const { message } = JSON.parse(late.out).error as { message: string };
  const [, pid = ''] = /^the agent \(pid (\d+)\) does not answer after 0\.02 s$/.exec(message) ?? [];
  process.kill(Number(pid));
  expect({ code: late.code, err: late.err }).toEqual({ code: 2, err: `error: ${message}\n` });
});

test.each([
  ['agent stop', 1, 'unreachable'],
  ['gossip', 2, 'bad_request'],
  ['gossip keyring', 2, 'bad_request'],
])(
  'opsbro %s --json ends with an error for programs where there is no agent or a word is missing',
  async (line, exit, code) => {
    const ended = await opsbro(`${line} --json`);
    expect({ code: ended.code, out: JSON.parse(ended.out) }).toEqual({
      code: exit,
      out: { error: { code, message: expect.any(String) } },
    });
  },
);

test.each([
  ['health status web', 3],
  ['token revoke ci --dry-run', 2],
])('opsbro %s --json names what is not there as an error', async (line, exit) => {
  const missing = new Answered(404, { error: { code: 'not_found', message: 'no service is named "web"' } });
  await using agent = await fakeAgent({ 'GET /health-services/web': missing, 'GET /agent/tokens': [] });
  const { code, out } = await opsbro(`${line} --json`, agent);
  expect({ code, out: JSON.parse(out) }).toEqual({
    code: exit,
    out: { error: { code: 'not_found', message: expect.any(String) } },
  });
  expect((await opsbro(line, agent)).out).toBe('');
});
