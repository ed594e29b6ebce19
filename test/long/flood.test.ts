import { createSocket, type Socket } from 'node:dgram';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import { encode } from '../../src/gossip/wire/packet.ts';
import { agents, type RunningAgent } from '../support/agent.ts';

const STRANGER = '127.0.0.9';
const at = (agent: RunningAgent) => `127.0.0.1:${agent.ports.gossip}`;

type Agents = ReturnType<typeof agents>;

async function pool(running: Agents, env: Readonly<Record<string, string>> = {}): Promise<RunningAgent[]> {
  const all = await Promise.all(
    ['a', 'b', 'c'].map((name) => running.start(name, { OPSBRO_BIND: '127.0.0.1', ...env }).ready()),
  );
  const [first] = all;
  for (const each of all.slice(1)) if (first) await each.opsbro('gossip', 'join', at(first));
  for (const each of all) await expect.poll(() => states(each), { timeout: 20_000 }).toEqual(ALIVE);
  return all;
}

const ALIVE = { a: 'alive', b: 'alive', c: 'alive' };

async function states(by: RunningAgent): Promise<Record<string, string>> {
  const answer = await fetch(`http://127.0.0.1:${by.ports.http}/agent/members`);
  const members = Object.values((await answer.json()) as Record<string, { name: string; state: string }>);
  return Object.fromEntries(members.map(({ name, state }) => [name, state]));
}

/** What was dropped, by reason. */
async function drops(by: RunningAgent): Promise<Record<string, number>> {
  const page = await (await fetch(`http://127.0.0.1:${by.ports.http}/metrics`)).text();
  const lines = page.matchAll(/^opsbro_gossip_dropped_total\{reason="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, reason = '', count]) => [reason, Number(count)]));
}

/** Seconds of processor time so far, and memory in MiB. */
function costOf({ pid }: RunningAgent): { readonly cpu: number; readonly memory: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / 100,
    memory: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024,
  };
}

async function stranger(): Promise<Socket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, STRANGER, resolve));
  return socket;
}

/** Sends so many a second for some seconds; gives how many it sent. */
async function pour(to: RunningAgent, perSecond: number, seconds: number, next: () => Uint8Array): Promise<number> {
  const socket = await stranger();
  const { gossip } = to.ports;
  const began = performance.now();
  let sent = 0;
  for (let passed = 0; passed < seconds * 1_000; passed = performance.now() - began) {
    for (const due = (passed / 1_000) * perSecond; sent < due; sent += 1) socket.send(next(), gossip, '127.0.0.1');
    await pause(2);
  }
  await pause(200);
  socket.close();
  return sent;
}

test('a flood from one address costs the pool nobody, is counted, and is over when it is over', async () => {
  await using running = agents();
  const [a, b, c] = (await pool(running)) as [RunningAgent, RunningAgent, RunningAgent];
  const ping = encode({ kind: 'ping', seqNo: 1, node: 'a' });
  const sent = await pour(a, 50_000, 5, () => ping);
  expect(sent).toBeGreaterThan(50_000);
  for (const each of [a, b, c]) expect(await states(each)).toEqual(ALIVE);
  const { rate = 0 } = await drops(a);
  expect(rate).toBeGreaterThan(10_000);
  await pause(5_000);
  const before = costOf(a);
  await pause(4_000);
  expect((costOf(a).cpu - before.cpu) / 4).toBeLessThan(0.15);
  for (const each of [a, b, c]) expect((await each.opsbro('gossip', 'history')).stdout).not.toContain('dead');
  expect(a.printed.split('\n').filter((line) => line.includes(STRANGER)).length).toBeLessThanOrEqual(1);
}, 120_000);

test('what is no gossip changes nothing and takes no memory', async () => {
  await using running = agents();
  const [a, b] = (await pool(running, { OPSBRO_GOSSIP__MAX_PACKETS_PER_SOURCE: '1000000' })) as [
    RunningAgent,
    RunningAgent,
  ];
  const random = seeded(27);
  const below = (limit: number) => Math.floor(random() * limit);
  const before = costOf(a);
  await pour(a, 4_000, 20, () => Uint8Array.from({ length: 1 + below(600) }, (_, i) => below(i === 0 ? 16 : 256)));
  const counted = Object.values(await drops(a)).reduce((sum, count) => sum + count, 0);
  expect(counted).toBeGreaterThan(20_000);
  for (const each of [a, b]) expect(await states(each)).toEqual(ALIVE);
  expect(costOf(a).memory - before.memory).toBeLessThan(50);
  expect(existsSync(join(a.home, 'log', 'crash.log'))).toBe(false);
  expect((await a.opsbro('agent', 'info')).stdout).toMatch(/^WARNING: datagrams from 127\.0\.0\.9 /);
}, 120_000);
