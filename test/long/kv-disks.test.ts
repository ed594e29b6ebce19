import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { KvAgents } from '../support/kv-agents.ts';
import { program, testWith } from '../support/services.ts';

// Three agents, and one of them has trouble with its disk.

const NAMES = ['a', 'b', 'c'];
const KEYS = Array.from({ length: 30 }, (_, each) => `config/${each}`);
const TIMEOUT_MS = 300_000;
/** The last word is the home: its keys get a small disk of their own, which is gone with the process. */
const SMALL_DISK =
  'for home; do :; done; kv=$home/data/kv; mkdir -p "$kv" && mount -t tmpfs -o size=16m tmpfs "$kv" && exec "$@"';

interface Trouble {
  readonly network: number;
  /** Words before those of agent `c`. */
  readonly launcher?: readonly string[];
}

async function three({ network, launcher = [] }: Trouble): Promise<KvAgents> {
  const agents = new KvAgents(NAMES, {
    where: (name) => ({
      address: `127.0.${network}.${NAMES.indexOf(name) + 1}`,
      launcher: name === 'c' ? launcher : [],
    }),
    ...{ gossipPort: 26_768, peerPort: 26_767, isKeyed: false },
    env: { OPSBRO_GOSSIP__PROFILE: 'local', OPSBRO_KV__REBALANCE_DELAY: '3s', OPSBRO_KV__MIN_FREE: '0' },
  });
  for (const name of NAMES) await agents.start(name);
  await agents.settled(NAMES, 120_000);
  for (const key of KEYS) expect(await agents.put('a', key, key)).toBe(200);
  return agents;
}

/** Keys of a node, as it has them on its own disk. */
const folderOf = (agents: KvAgents, name: string): string => join(agents.get(name).home, 'data/kv');

async function stateOf(agents: KvAgents, name: string): Promise<string> {
  const { body } = await agents.ask(name, 'GET', '/kv-status');
  return (JSON.parse(body.toString()) as { readonly state: string }).state;
}

const becomes = (agents: KvAgents, name: string, state: string, timeout: number) =>
  vi.waitFor(async () => expect(await stateOf(agents, name)).toBe(state), { timeout, interval: 200 });

/** The states that agent `a` saw a node come into. */
async function historyOf(agents: KvAgents, name: string): Promise<readonly string[]> {
  const { body } = await agents.ask('a', 'GET', '/agent/members/history');
  const days = JSON.parse(body.toString()) as readonly { readonly entries: readonly Change[] }[];
  return days
    .flatMap(({ entries }) => entries)
    .filter((change) => change.name === name)
    .map((change) => change.state);
}

interface Change {
  readonly name: string;
  readonly state: string;
}

/** All keys are there at every node, on every disk in the same version. */
async function isWhole(agents: KvAgents, value: (key: string) => string): Promise<void> {
  for (const key of KEYS) {
    for (const name of NAMES) expect(await agents.value(name, key)).toBe(value(key));
    const isEqual = async () => expect(new Set((await agents.copies('a', key)).values()).size).toBe(1);
    await vi.waitFor(isEqual, { timeout: 60_000, interval: 200 });
  }
}

/** Makes calls of a running process slow, or fail, until it is disposed of. */
function injected(pid: number, what: string): ChildProcess & AsyncDisposable {
  const calls = 'fsync,fdatasync';
  const argv = [
    '-f',
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${calls}:${what}`,
    '-p',
    `${pid}`,
  ];
  const child = spawn(program('strace') ?? 'strace', argv, { stdio: 'ignore' });
  return Object.assign(child, {
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  });
}

testWith(
  'unshare',
  'a full disk of one node: the others take the writes, and it goes on by itself once there is room',
  async () => {
    const launcher = ['unshare', '-m', 'sh', '-c', SMALL_DISK, 'sh'];
    await using agents = await three({ network: 61, launcher });
    const filler = join('/proc', `${agents.get('c').pid}`, 'root', folderOf(agents, 'c'), 'filler');
    const fill = () => writeFileSync(filler, Buffer.alloc(17_825_792));
    expect(fill).toThrow('ENOSPC');
    for (const key of KEYS) expect(await agents.put('a', key, 'full')).toBe(200);
    await becomes(agents, 'c', 'full', 20_000);
    for (const key of KEYS.slice(0, 5)) {
      expect(await agents.put('c', key, 'full')).toBe(200);
      expect(await agents.value('c', key)).toBe('full');
    }
    expect((await agents.ask('c', 'GET', '/agent/members')).status).toBe(200);
    rmSync(filler);
    await becomes(agents, 'c', 'ok', 10_000);
    await isWhole(agents, () => 'full');
  },
  TIMEOUT_MS,
);

testWith(
  'strace',
  'syncs of one node fail: it acknowledges nothing, leaves the ring and says why, and comes back when it is told to',
  async () => {
    await using agents = await three({ network: 62 });
    const failing = injected(agents.get('c').pid, 'error=EIO');
    for (const key of KEYS) await vi.waitFor(async () => expect(await agents.put('a', key, 'eio')).toBe(200), 10_000);
    await becomes(agents, 'c', 'failed', 20_000);
    await agents.settled(['a', 'b'], 30_000);
    for (const key of KEYS.slice(0, 5)) expect(await agents.value('c', key)).toBe('eio');
    const { body } = await agents.ask('c', 'GET', '/agent/health');
    expect(body.toString()).toMatch(/EIO|I\/O error|Input\/output/i);
    await failing[Symbol.asyncDispose]();
    expect((await agents.get('c').opsbro('kv', 'reopen')).code).toBe(0);
    await agents.settled(NAMES, 60_000);
    await isWhole(agents, () => 'eio');
  },
  TIMEOUT_MS,
);

testWith(
  'strace',
  'slow syncs of one node: writes are slower and right, and nobody takes it for dead',
  async () => {
    await using agents = await three({ network: 63 });
    await using _slow = injected(agents.get('c').pid, 'delay_enter=300000');
    for (let round = 0; round < 3; round += 1) {
      for (const key of KEYS) expect(await agents.put('c', key, `slow${round}`)).toBe(200);
    }
    const told = await historyOf(agents, 'c');
    expect(told).toContain('alive');
    expect(told.filter((state) => state !== 'alive')).toEqual([]);
    await isWhole(agents, () => 'slow2');
  },
  TIMEOUT_MS,
);

test.each<readonly [string, (folder: string) => void]>([
  ['bytes of its files are flipped', (folder) => forEachFile(folder, /\.(ldb|log)$/, flipped)],
  ['the tails of its files are cut off', (folder) => forEachFile(folder, /\.(ldb|log)$/, cut)],
  ['its manifest is gone', (folder) => forEachFile(folder, /^MANIFEST/, rmSync)],
  ['it has no list of its files', (folder) => forEachFile(folder, /^CURRENT$/, rmSync)],
])(
  'the store of one node is corrupt: %s; it starts, and has everything again',
  async (_, harm) => {
    await using agents = await three({ network: 64 });
    const folder = folderOf(agents, 'c');
    await agents.kill('c');
    harm(folder);
    for (const key of KEYS) expect(await agents.put('a', key, 'after')).toBe(200);
    await agents.start('c');
    await agents.settled(NAMES, 60_000);
    await isWhole(agents, () => 'after');
  },
  TIMEOUT_MS,
);

function forEachFile(folder: string, names: RegExp, harm: (path: string) => void): void {
  mkdirSync(folder, { recursive: true });
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    names.test(path.split('/').at(-1) ?? ''),
  );
  expect(files.length).toBeGreaterThan(0);
  for (const path of files) harm(join(folder, path));
}

function flipped(path: string): void {
  const bytes = readFileSync(path);
  for (let at = 20; at < bytes.length; at += 97) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
}

function cut(path: string): void {
  truncateSync(path, Math.floor(statSync(path).size / 2));
}
