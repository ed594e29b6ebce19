import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { RunningAgent } from '../support/agent.ts';
import { program, testWith } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';

const SOON = { timeout: 30_000, interval: 200 };
const MIB = 1_048_576;
const ROOM_MIB = 16;
/** A text that the store cannot make shorter. */
const noise = (length: number) => randomBytes(length).toString('base64').slice(0, length);
const isRoot = process.getuid?.() === 0;

/** An agent whose keys lie on a file system of its own, of 16 MiB, that only it sees. */
async function agentOn(smallDisk: boolean) {
  const directory = tempDirectory();
  onTestFinished(() => directory[Symbol.dispose]());
  const home = join(directory.path, 'a');
  const keys = join(home, 'data/kv');
  const mount = `mkdir -p ${keys} && mount -t tmpfs -o size=${ROOM_MIB}m none ${keys} && exec "$0" "$@"`;
  const launcher = smallDisk ? ['unshare', '--mount', 'sh', '-c', mount] : [];
  const agent = new RunningAgent(home, { OPSBRO_NAME: 'a', OPSBRO_GROUPS: 'kv' }, { launcher });
  onTestFinished(() => agent[Symbol.asyncDispose]());
  await agent.ready();
  const [pid = ''] = readFileSync(join(home, 'log/opsbro.lock'), 'utf8').split('\n');
  return { agent, keys, pid };
}

async function put(agent: RunningAgent, key: string, value: string): Promise<number> {
  const socketPath = join(agent.home, 'data/opsbro.sock');
  const args = ['-s', '-o', '/dev/null', '-w', '%{http_code}', '--unix-socket', socketPath, '-X', 'PUT', '-d', '@-'];
  return Number(execFileSync('curl', [...args, `http://localhost/kv/${key}`], { input: value, encoding: 'utf8' }));
}

const get = async (agent: RunningAgent, path: string): Promise<Response> =>
  await fetch(`http://127.0.0.1:${agent.ports.http}${path}`);

async function troubles(agent: RunningAgent): Promise<string> {
  const { reasons } = (await (await get(agent, '/agent/health')).json()) as {
    reasons: { part: string; text: string }[];
  };
  return reasons.map(({ part, text }) => `${part}: ${text}`).join('; ');
}

/** What else it does goes on: it answers, judges and is there for others. */
async function expectAlive(agent: RunningAgent): Promise<void> {
  expect(await (await get(agent, '/agent/state')).json()).toBe('ok');
  expect(await agent.opsbro('gossip', 'ping', 'a')).toMatchObject({ code: 0 });
  expect(await agent.opsbro('check', 'run', 'linux/cpu', '--json')).toMatchObject({ stderr: '' });
}

/** Of each thread of a process, whether somebody traces it. */
function tracedThreads(pid: string): boolean[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).map((task) => !/^TracerPid:\t0$/m.test(readFileSync(`${tasks}/${task}/status`, 'utf8')));
}

/** Does something to these calls of a process, until disposed of. */
async function disturb(strace: string, pid: string, inject: string): Promise<Disposable> {
  const calls = 'fsync,fdatasync,msync,sync_file_range';
  const words = ['-f', '-q', '-p', pid, '-e', `trace=${calls}`, '-e', `inject=${calls}:${inject}`, '-o', '/dev/null'];
  const tracer = spawn(strace, words, { stdio: 'ignore' });
  await expect.poll(() => tracedThreads(pid).every((isTraced) => isTraced), SOON).toBe(true);
  return { [Symbol.dispose]: () => void tracer.kill('SIGINT') };
}

test.skipIf(!isRoot || program('unshare') === undefined)(
  'a full disk refuses writes, keeps what it took, and takes more as soon as there is room',
  async () => {
    const { agent, keys, pid } = await agentOn(true);
    const inside = (...words: string[]) => execFileSync('nsenter', ['-t', pid, '-m', ...words], { stdio: 'ignore' });
    inside('dd', 'if=/dev/zero', `of=${keys}/filler`, 'bs=1M', `count=${ROOM_MIB - 6}`);

    const taken: string[] = [];
    let status = 0;
    for (let at = 0; status !== 507 && at < 200; at += 1) {
      status = await put(agent, `k${at}`, noise(100_000));
      if (status === 200) taken.push(`k${at}`);
    }
    expect([status, taken.length > 3]).toEqual([507, true]);
    expect(await troubles(agent)).toMatch(/kv: /);
    await expectAlive(agent);
    for (const key of taken) expect((await get(agent, `/kv/${key}`)).status).toBe(200);

    inside('rm', `${keys}/filler`);
    await expect.poll(() => put(agent, 'more', noise(MIB / 4)), SOON).toBe(200);
    await expect.poll(() => troubles(agent), SOON).not.toMatch(/kv: /);
    for (const key of taken) expect((await get(agent, `/kv/${key}`)).status).toBe(200);
  },
);

testWith(
  'strace',
  'a disk that fails is never trusted again: nothing is acknowledged, and the rest goes on',
  async (strace) => {
    const { agent, pid } = await agentOn(false);
    expect(await put(agent, 'before', 'x')).toBe(200);
    {
      using _broken = await disturb(strace, pid, 'error=EIO');
      expect(await put(agent, 'lost', 'x')).toBe(503);
      expect(await troubles(agent)).toMatch(/kv: /);
      await expectAlive(agent);
    }
    await expect.poll(() => tracedThreads(pid).some((isTraced) => isTraced), SOON).toBe(false);
    expect(await put(agent, 'after', 'x')).toBe(503);
    expect(await troubles(agent)).toMatch(/kv: /);
  },
);

testWith('strace', 'a slow disk makes writes slow, and nothing else', async (strace) => {
  const { agent, pid } = await agentOn(false);
  using _slow = await disturb(strace, pid, 'delay_enter=300000');
  const began = performance.now();
  expect(await put(agent, 'slow', 'x')).toBe(200);
  expect(performance.now() - began).toBeGreaterThan(300);
  const writing = Promise.all(Array.from({ length: 8 }, (_, at) => agent.opsbro('kv', 'put', `s${at}`, 'x')));
  const waits: number[] = [];
  for (let at = 0; at < 20; at += 1) {
    const asked = performance.now();
    await get(agent, '/agent/name');
    waits.push(performance.now() - asked);
  }
  expect((await writing).map(({ code }) => code)).toEqual(Array(8).fill(0));
  expect(waits.sort((a, b) => a - b)[18]).toBeLessThan(500);
  expect(await (await get(agent, '/metrics')).text()).toMatch(/opsbro_kv_seconds_bucket\{le="0.25"\} 0\n/);
});
