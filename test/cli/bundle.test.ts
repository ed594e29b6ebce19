import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { buildCli } from '../../scripts/build-cli.ts';
import { fakeAgent } from '../support/cli.ts';
import { tempDirectory } from '../support/temp.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function start(program: string, ...args: readonly string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, [...args]);
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

/** A folder as it is installed, as far as the command line goes. */
async function installed(path: string) {
  await cp(join(root, 'bin'), join(path, 'bin'), { recursive: true });
  await cp(join(root, 'package.json'), join(path, 'package.json'));
  return { bin: join(path, 'bin', 'opsbro'), cli: join(path, 'dist', 'cli', 'main.cjs') };
}

test('the version is known without anything built, through links and by any Node', async () => {
  using folder = tempDirectory();
  const { bin } = await installed(folder.path);
  await mkdir(join(folder.path, 'links'));
  const link = join(folder.path, 'links', 'opsbro');
  await symlink(bin, link);
  for (const [program, ...args] of [[bin], [link], [process.execPath, bin], [process.execPath, link]] as const) {
    expect(await start(program, ...args, 'version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
    expect(await start(program, ...args, '--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  }
});

test('an agent is started with flags of Node, behind them those of the environment; other commands are not', async () => {
  using folder = tempDirectory();
  const { bin } = await installed(folder.path);
  const programs = join(folder.path, 'programs');
  await mkdir(programs);
  await writeFile(join(programs, 'node'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  const started = async (args: readonly string[], flags: string) => {
    const env = { ...process.env, PATH: `${programs}:${process.env['PATH']}`, OPSBRO_NODE_FLAGS: flags };
    return (await promisify(execFile)(bin, [...args], { env })).stdout.trimEnd().split('\n');
  };
  const usual = [
    '--max-semi-space-size=2',
    '--v8-pool-size=1',
    '--no-allocation-site-pretenuring',
    '--interrupt-budget=250000',
  ];
  const agent = ['agent', 'start'];
  expect(await started(agent, '')).toEqual([...usual, bin, ...agent]);
  const flags = ['--max-semi-space-size=16', '--title=/*'];
  expect(await started(agent, flags.join(' '))).toEqual([...usual, ...flags, bin, ...agent]);
  expect(await started(['gossip', 'members'], '--trace-gc')).toEqual([bin, 'gossip', 'members']);
});

test('what is not built says how to build it', async () => {
  using folder = tempDirectory();
  const { bin } = await installed(folder.path);
  expect(await start(bin, 'gossip', 'members')).toEqual({
    code: 2,
    out: '',
    err: 'error: opsbro is not built yet; run: npm run build\n',
  });
});

test('the bundle is small, brings nothing of the agent, and asks a running one', async () => {
  using folder = tempDirectory();
  const { bin, cli } = await installed(folder.path);
  const { inputs, outputs } = await buildCli(cli);
  const packages = Object.keys(inputs).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  expect([...new Set(packages)]).toEqual(['commander']);
  expect(Object.keys(inputs).filter((path) => /^src\/(?!cli|base|model)/.test(path))).toEqual([]);
  expect(Object.values(outputs).reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(286_720);

  await using agent = await fakeAgent({ 'GET /kv/a': { key: 'a', value: 'Yg==' } });
  expect(await start(bin, '--home', agent.home, 'kv', 'get', 'a')).toEqual({ code: 0, out: 'a::b\n', err: '' });
  expect(await start(bin, '--home', agent.home, 'kv', 'get', 'c')).toMatchObject({ code: 2, out: '' });
});
