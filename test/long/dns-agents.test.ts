import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { bindUdp } from '../../src/net/udp.ts';
import { RunningAgent } from '../support/agent.ts';
import { tempDirectory } from '../support/temp.ts';
import { living, ZonedAgents } from '../support/zoned-agents.ts';

const GROUP = 'redis.group.internet.opsbro';
const SECOND = { timeout: 1_000, interval: 20 };

let opened = new Disposal();
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  opened = new Disposal();
});

const passed = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What an agent answers to the question for the addresses of a name, sorted; the code when there are none. */
async function addresses(agent: RunningAgent, name: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${agent.ports.dns}`]);
  const found = await resolver.resolve4(name).catch(({ code }: { code: string }) => [code]);
  return found.sort();
}

const write = (agent: { readonly home: string }, file: string, text: string): void =>
  writeFileSync(join(agent.home, 'etc', file), text);

/** Agents of one pool, each on an address of its own. */
function pool() {
  const folder = tempDirectory();
  opened.defer(() => folder[Symbol.dispose]());
  const started = new Map<string, RunningAgent>();
  return async (name: string, env: Readonly<Record<string, string>> = {}) => {
    const home = join(folder.path, name);
    mkdirSync(join(home, 'etc'), { recursive: true });
    if (!started.has(name)) write({ home }, 'agent.yml', 'groups: [kv, dns-listener, redis]\n');
    const seed = [...started].find(([other]) => other !== name)?.[1];
    const seeds = seed ? { OPSBRO_SEEDS: `127.0.52.1:${seed.ports.gossip}` } : {};
    const address = `127.0.52.${name === 'a' ? 1 : 2}`;
    const agent = new RunningAgent(home, { OPSBRO_NAME: name, OPSBRO_BIND: address, ...seeds, ...env });
    opened.use(agent);
    started.set(name, agent);
    return await agent.ready();
  };
}

/** Registers a service over the API of an agent, through its socket; answers with the status. */
async function registered(agent: RunningAgent, name: string, fields: object): Promise<number | undefined> {
  const asked = request({
    ...{ socketPath: join(agent.home, 'data/opsbro.sock'), method: 'PUT', path: `/monitoring/services/${name}` },
    headers: { 'content-type': 'application/json' },
  });
  asked.end(JSON.stringify(fields));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

async function stateOf(by: RunningAgent, name: string): Promise<string | undefined> {
  const answer = await fetch(`http://127.0.0.1:${by.ports.http}/agent/members`);
  const members = Object.values((await answer.json()) as Record<string, { name: string; state: string }>);
  return members.find((member) => member.name === name)?.state;
}

test('a node that is killed is in no answer from when it is suspected until it is alive again', async () => {
  const start = pool();
  const [a, b] = [await start('a'), await start('b')];
  await expect.poll(() => addresses(a, GROUP), { timeout: 10_000 }).toEqual(['127.0.52.1', '127.0.52.2']);
  b.kill('SIGKILL');
  await b.ended();
  const seen: string[] = [];
  /** What members say, then what names say: each pair once. */
  const look = async () => {
    const state = await stateOf(a, 'b');
    const pair = `${state}: ${await addresses(a, GROUP)}`;
    if (seen.at(-1) !== pair) seen.push(pair);
    return state;
  };
  for (let turn = 0; turn < 300 && (await look()) !== 'dead'; turn++) await passed(100);
  await start('b');
  for (let turn = 0; turn < 100 && (await look()) !== 'alive'; turn++) await passed(100);
  const both = '127.0.52.1,127.0.52.2';
  // Between the two looks it may come to be suspected.
  const wanted = [`alive: ${both}`, 'suspect: 127.0.52.1', 'dead: 127.0.52.1', `alive: ${both}`];
  expect(seen.filter((pair) => pair !== 'alive: 127.0.52.1')).toEqual(wanted);
});

test('what a node begins to offer is in its own next answer, and within a second in those of others', async () => {
  const start = pool();
  const [a, b] = [await start('a'), await start('b')];
  await expect.poll(() => addresses(a, GROUP), { timeout: 10_000 }).toEqual(['127.0.52.1', '127.0.52.2']);

  expect(await addresses(b, 'cache.service.opsbro')).toEqual(['ENOTFOUND']);
  expect(await addresses(a, 'cache.service.opsbro')).toEqual(['ENOTFOUND']);
  write(b, 'cache.yml', 'service: {name: cache, port: 6380}\n');
  expect(await b.opsbro('agent', 'reload')).toMatchObject({ code: 0 });
  expect(await addresses(b, 'cache.service.opsbro')).toEqual(['127.0.52.2']);
  await expect.poll(() => addresses(a, 'cache.service.opsbro'), SECOND).toEqual(['127.0.52.2']);

  expect(await addresses(a, 'queue.service.opsbro')).toEqual(['ENOTFOUND']);
  expect(await registered(b, 'queue', { port: 5672 })).toBe(200);
  expect(await addresses(b, 'queue.service.opsbro')).toEqual(['127.0.52.2']);
  await expect.poll(() => addresses(a, 'queue.service.opsbro'), SECOND).toEqual(['127.0.52.2']);

  expect(await addresses(a, 'fresh.group.opsbro')).toEqual(['ENOTFOUND']);
  expect(await b.opsbro('agent', 'parameters', 'add', 'groups', 'fresh')).toMatchObject({ code: 0 });
  expect(await addresses(b, 'fresh.group.opsbro')).toEqual(['127.0.52.2']);
  await expect.poll(() => addresses(a, 'fresh.group.opsbro'), SECOND).toEqual(['127.0.52.2']);
  expect(await b.opsbro('agent', 'parameters', 'remove', 'groups', 'fresh')).toMatchObject({ code: 0 });
  expect(await addresses(b, 'fresh.group.opsbro')).toEqual(['ENOTFOUND']);
  await expect.poll(() => addresses(a, 'fresh.group.opsbro'), SECOND).toEqual(['ENOTFOUND']);
});

/** A port that nobody had a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether both transports of a port can be had. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', () => resolve(undefined));
    });
    await using _ = await bindUdp({ address: '127.0.0.1', port });
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

test('the door moves to another port with a reload, and closes with its group, without another packet', async () => {
  const start = pool();
  const [first, second] = [await freePort(), await freePort()];
  const a = await start('a', { OPSBRO_DNS__PORT: '', OPSBRO_WATCH: 'false' });
  const configured = async (text: string) => {
    write(a, 'agent.yml', text);
    expect(await a.opsbro('agent', 'reload')).toMatchObject({ code: 0 });
  };
  const at = async (port: number) => {
    const resolver = new Resolver({ timeout: 500, tries: 1 });
    resolver.setServers([`127.0.0.1:${port}`]);
    return await resolver.resolve4(GROUP).catch(({ code }: { code: string }) => code);
  };
  for (const [port, other] of [
    [first, second],
    [second, first],
  ] as const) {
    await configured(`groups: [kv, dns-listener, redis]\ndns: {port: ${port}}\n`);
    await expect.poll(() => at(port), SECOND).toEqual(['127.0.52.1']);
    expect(await isFree(other)).toBe(true);
  }
  await configured(`groups: [kv, redis]\ndns: {port: ${second}}\n`);
  await expect.poll(() => isFree(second), SECOND).toBe(true);
});

test('names of other zones are answered by what a node may see', async () => {
  const zones = opened.use(new ZonedAgents(['internet', 'lan'], { network: 51, isKeyed: true }));
  const groups = ['dns-listener'];
  const above = await zones.start('above', 'internet', { isProxy: true, groups });
  const plain = await zones.start('plain', 'internet', { seed: above.agent, groups });
  const proxy = await zones.start('proxy', 'lan', { isProxy: true, seed: above.agent, groups });
  const below = await zones.start('below', 'lan', { seed: proxy.agent, groups });
  await expect.poll(() => living(above), { timeout: 30_000 }).toBe('above below plain proxy');
  await expect.poll(() => living(below), { timeout: 30_000 }).toBe('above below proxy');

  const own = [proxy.address, below.address].sort();
  expect(await addresses(above.agent, 'below.name.lan.opsbro')).toEqual([below.address]);
  expect(await addresses(above.agent, 'below.name.opsbro')).toEqual(['ENOTFOUND']);
  expect(await addresses(above.agent, 'dns-listener.group.lan.opsbro')).toEqual(own);
  expect(await addresses(below.agent, 'dns-listener.group.opsbro')).toEqual(own);
  expect(await addresses(below.agent, 'above.name.internet.opsbro')).toEqual([above.address]);
  expect(await addresses(below.agent, 'plain.name.internet.opsbro')).toEqual(['ENOTFOUND']);
  expect(await addresses(plain.agent, 'plain.name.internet.opsbro')).toEqual([plain.address]);
  expect(await addresses(below.agent, 'above.name.nowhere.opsbro')).toEqual(['ENOTFOUND']);
});
