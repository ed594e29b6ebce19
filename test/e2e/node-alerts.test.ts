import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, assert, beforeAll, expect, test, vi } from 'vitest';
import { RunningAgent } from '../support/agent.ts';
import { tempDirectory } from '../support/temp.ts';

/** An alert as the hook gets it. */
interface Told {
  readonly by: string;
  readonly kind: string;
  readonly about: string;
  readonly state: string;
}

const WAIT = { timeout: 60_000, interval: 100 };
const names = ['alert-a', 'alert-b', 'alert-c'];
const folder = tempDirectory();
const running: RunningAgent[] = [];
const told: Told[] = [];
let hook: Server;

beforeAll(async () => {
  hook = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const part of incoming) body += part;
    const { agent, alerts } = JSON.parse(body) as {
      agent: { name: string };
      alerts: { kind: string; state: string; name: string; node: { name: string } }[];
    };
    for (const { kind, state, name, node } of alerts)
      told.push({ by: agent.name, kind, about: kind === 'node' ? node.name : name, state });
    outgoing.end('{}');
  }).listen(0, '127.0.0.1');
  await once(hook, 'listening');
  const { port } = hook.address() as AddressInfo;
  for (const name of names) await start(name, port);
}, 90_000);

afterAll(async () => {
  await Promise.all(running.map((agent) => agent[Symbol.asyncDispose]()));
  hook.close();
  folder[Symbol.dispose]();
});

async function start(name: string, hookPort: number): Promise<void> {
  const home = join(folder.path, name);
  mkdirSync(join(home, 'etc'), { recursive: true });
  const handler = `handler: {id: hook, type: webhook, url: "http://127.0.0.1:${hookPort}/", events: [node]}\n`;
  writeFileSync(join(home, 'etc', 'handler.yml'), handler);
  const seed = running[0];
  const env = { OPSBRO_NAME: name, OPSBRO_GOSSIP__PROFILE: 'local', OPSBRO_ALERTING__NODE_GRACE: '3s' };
  const agent = new RunningAgent(home, seed ? { ...env, OPSBRO_SEEDS: `127.0.0.1:${seed.ports.gossip}` } : env);
  running.push(agent);
  await agent.ready();
  if (seed) await agent.opsbro('gossip', 'wait-members', '--name', names[0] ?? '', '--appear', '--timeout', '30');
}

const agentOf = (place: number): RunningAgent => {
  const agent = running[place];
  if (!agent) throw new Error('there is no such agent');
  return agent;
};

test('a silence that one node takes is known to all, and its end as well', async () => {
  const [a, b, c] = [agentOf(0), agentOf(1), agentOf(2)];
  await vi.waitFor(
    async () => expect(Object.keys((await a.json('gossip', 'members')) as object)).toHaveLength(3),
    WAIT,
  );
  const taken = (await a.json('silence', 'add', '--check', 'x/*', '--for', '1h', '--comment', 'try')) as { id: string };
  expect(taken).toMatchObject({ replicated: false, nodes: 3, missed: [] });
  for (const other of [b, c])
    expect(await other.json('silence', 'list')).toMatchObject([{ id: taken.id, state: 'active' }]);
  expect(await b.json('silence', 'remove', taken.id)).toMatchObject({ nodes: 3 });
  expect(await a.json('silence', 'list')).toMatchObject([{ id: taken.id, state: 'ended' }]);
}, 90_000);

test('a node that is killed is told of once in all', async () => {
  const c = agentOf(2);
  c.kill('SIGKILL');
  await c.ended();
  await vi.waitFor(() => assert(told.length > 0, 'nobody was told'), WAIT);
  // The other one would have acted by then, if it were to.
  await agentOf(0).opsbro('gossip', 'wait-members', '--name', 'nobody', '--appear', '--timeout', '17');
  expect(told).toEqual([{ by: told[0]?.by, kind: 'node', about: 'alert-c', state: 'dead' }]);
  const teller = running.find((_, place) => names[place] === told[0]?.by) ?? agentOf(0);
  // A busy machine may have alerts of its own checks beside it.
  const alerts = (await teller.json('alerts', 'list')) as { id: string; kind: string }[];
  const alert = alerts.find(({ kind }) => kind === 'node');
  expect(alert).toMatchObject({ state: 'dead', status: 'firing' });
  const other = agentOf(teller === agentOf(0) ? 1 : 0);
  const acked = await other.json('check', 'ack', alert?.id ?? '', '--comment', 'on it');
  expect(acked).toMatchObject({ id: alert?.id, acked: { comment: 'on it' } });
}, 150_000);
