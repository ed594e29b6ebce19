import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { APART, runOpsbro } from '../support/agent.ts';
import { lookUntil } from '../support/look-until.ts';
import { openPorts } from '../support/open-ports.ts';
import { tempDirectory } from '../support/temp.ts';

const home = tempDirectory();
const log = join(home.path, 'log');
const opsbro = (...words: string[]) => runOpsbro(['--home', home.path, ...words], APART);
const lockOf = () => readFileSync(join(log, 'opsbro.lock'), 'utf8').split('\n');

beforeAll(async () => {
  const { code, stdout, stderr } = await opsbro('agent', 'start', '--daemon');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^agent started as pid \d+\n$/);
}, 60_000);

afterAll(async () => {
  await opsbro('agent', 'stop');
  home[Symbol.dispose]();
});

test('a second agent of the same home is refused and named the first', async () => {
  const [pid = ''] = lockOf();
  const { code, stdout, stderr } = await opsbro('agent', 'start', '--daemon', '--json');
  expect(code).toBe(2);
  expect(stderr).toContain(`error: the agent already runs as pid ${pid}`);
  expect(JSON.parse(stdout)).toEqual({
    error: { code: 'not_started', message: expect.stringContaining(`runs as pid ${pid}`) },
  });
});

test('what it says goes to files, is shown from there, and followed with debug lines', async () => {
  expect((await opsbro('agent', 'log', 'show', 'daemon')).stdout).toMatch(/\[INFO\].*open door=http/);
  const following = promisify(execFile)('timeout', [
    '-s',
    'INT',
    '2',
    'bin/opsbro',
    '--home',
    home.path,
    'agent',
    'log',
    'follow',
    'gossip',
  ]);
  const { stdout } = await following.catch((error: { readonly stdout: string }) => error);
  expect(stdout).toMatch(/\[DEBUG\].*\[GOSSIP\]/);
});

/** Every name of the reference that belongs to parts an agent of one node has, with no door opened beyond the usual ones. */
const NAMES = [
  ...['build_info', 'uptime_seconds', 'health', 'members', 'check_state', 'gossip_packets_total', 'gossip_bytes_total'],
  ...['gossip_awareness', 'gossip_queue', 'state_changes_total', 'kv_requests_total', 'kv_seconds_sum', 'kv_keys'],
  ...['series', 'collector_state', 'ws_clients', 'http_requests_total', 'http_seconds_sum', 'check_runs_total'],
  ...['event_loop_delay_seconds', 'process_resident_memory_bytes'],
];

test('it measures itself under the names of the reference', async () => {
  await opsbro('agent', 'wait-initialized');
  await opsbro('kv', 'put', 'a', 'b');
  const { http } = (await JSON.parse((await opsbro('agent', 'print', 'ports', '--json')).stdout)) as { http: number };
  const page = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text();
  expect(NAMES.filter((name) => !new RegExp(`^opsbro_${name}[ {]`, 'm').test(page))).toEqual([]);
});

test('a bundle for those who look for a fault has everything and is for its owner', async () => {
  const file = join(home.path, 'debug.tar.gz');
  expect((await opsbro('agent', 'debug', '--out', file)).stdout).toBe(`${file}\n`);
  const { stdout } = await promisify(execFile)('tar', ['tzvf', file]);
  for (const name of ['info.json', 'state.json', 'health.json', 'parameters.json', 'log/daemon.log'])
    expect(stdout).toContain(`opsbro-debug/${name}`);
});

test('USR2 writes its state beside the log', async () => {
  const [pid = ''] = lockOf();
  process.kill(Number(pid), 'SIGUSR2');
  const written = () => readdirSync(log).find((name) => /^debug-\d+\.json$/.test(name));
  const name = await lookUntil(
    async () => written(),
    (seen) => seen !== undefined,
    50,
  );
  expect(JSON.parse(readFileSync(join(log, name ?? ''), 'utf8'))).toMatchObject({
    state: 'ok',
    parts: expect.anything(),
  });
});

test('it stops, a lock that another process has by chance does not keep it from starting, and one round ends by itself', async () => {
  const lock = lockOf();
  expect(openPorts(Number(lock[0])).length).toBeGreaterThan(1);
  expect((await opsbro('agent', 'stop')).stdout).toBe('OK\n');
  writeFileSync(join(log, 'opsbro.lock'), `${process.pid}\n${lock[1]}\n`);
  const exported = join(home.path, 'shinken');
  mkdirSync(exported);
  writeFileSync(join(home.path, 'etc', 'shinken.yml'), `shinken: {cfg_path: ${exported}}\n`);
  const seen = new Set<string>();
  const look = () => {
    // Between two of them nobody has the lock.
    const [pid = ''] = existsSync(join(log, 'opsbro.lock')) ? lockOf() : [];
    for (const port of openPorts(Number(pid))) seen.add(port);
  };
  const looking = setInterval(look, 50);
  const { code } = await opsbro('agent', 'start', '--one-shot');
  clearInterval(looking);
  expect({ code, ports: [...seen] }).toEqual({ code: 0, ports: [] });
  expect(readdirSync(exported)).toContainEqual(expect.stringMatching(/\.cfg$/));
  expect((await opsbro('agent', 'start', '--one-shot', '--daemon')).code).toBe(2);
  expect(readdirSync(log)).not.toContain('crash.log');
}, 60_000);
