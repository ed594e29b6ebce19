import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RunningAgent } from '../support/agent.ts';
import { tempDirectory } from '../support/temp.ts';

const ROUNDS = 10;
const EVERY_MS = 20_000;
const SOON = { timeout: 30_000, interval: 100 };

interface MemberJson {
  readonly name: string;
  readonly state: string;
  readonly flapping: boolean;
}

const passed = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What a webhook was told, line by line, until it is disposed of. */
async function hook() {
  const told: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const part of incoming) body += part;
    const { alerts } = JSON.parse(body) as { alerts: { state: string; node: { name: string } }[] };
    for (const { node, state } of alerts) told.push(`${node.name} ${state}`);
    outgoing.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { told, port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => server.close() };
}

/** How often what the name server of an agent says of a name changed, looked at all the time until it is asked. */
function watchName(agent: RunningAgent, name: string) {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([`127.0.0.1:${agent.ports.dns}`]);
  const seen: string[] = [];
  let isOver: boolean = false;
  const watching = (async () => {
    while (!isOver) {
      const answer = await resolver.resolve4(name).then(String, ({ code }: { code: string }) => code);
      if (seen.at(-1) !== answer) seen.push(answer);
      await passed(250);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return seen;
  };
}

test('of one that is killed and started every 20 s ten times, names and handlers see at most three changes', async () => {
  using folder = tempDirectory();
  using listener = await hook();
  const running = new Map<string, RunningAgent>();
  await using _ = {
    [Symbol.asyncDispose]: async () => {
      for (const agent of running.values()) await agent[Symbol.asyncDispose]();
    },
  };
  const handler = `handler: {id: hook, type: webhook, url: "http://127.0.0.1:${listener.port}/", events: [node]}\n`;
  async function start(name: string): Promise<RunningAgent> {
    const home = join(folder.path, name);
    mkdirSync(join(home, 'etc'), { recursive: true });
    writeFileSync(join(home, 'etc', 'handler.yml'), handler);
    const seed = running.get('a');
    const seeds = seed ? { OPSBRO_SEEDS: `127.0.0.1:${seed.ports.gossip}` } : {};
    const env = { OPSBRO_NAME: name, OPSBRO_BIND: '127.0.0.1', OPSBRO_ALERTING__NODE_GRACE: '1s', ...seeds };
    const agent = new RunningAgent(home, env);
    running.set(name, agent);
    return await agent.ready();
  }
  const members = async (by: RunningAgent) =>
    Object.values((await by.json('gossip', 'members')) as Record<string, MemberJson>);
  const ofVictim = async (by: RunningAgent) => (await members(by)).find(({ name }) => name === 'd');

  const [a, b] = [await start('a'), await start('b')];
  await start('c');
  let victim = await start('d');
  await expect.poll(async () => (await ofVictim(b))?.state, SOON).toBe('alive');
  const overNames = watchName(b, 'd.name.internet.opsbro');

  for (let round = 0; round < ROUNDS; round++) {
    await passed(EVERY_MS / 2);
    victim.kill('SIGKILL');
    await victim.ended();
    await passed(EVERY_MS / 2);
    victim = await start('d');
  }

  const names = await overNames();
  expect(names[0]).toBe('127.0.0.1');
  expect(names.length - 1).toBeLessThanOrEqual(3);
  expect(names.length - 1).toBeGreaterThanOrEqual(1);
  const ofHandlers = listener.told.filter((line) => line.startsWith('d '));
  expect(ofHandlers.length).toBeLessThanOrEqual(3);
  expect(ofHandlers.length).toBeGreaterThanOrEqual(1);
  expect(await ofVictim(b)).toMatchObject({ flapping: true });
  const why = (await a.opsbro('gossip', 'why', 'd', '--all')).stdout;
  expect(why).toMatch(/suspect/);
  expect(why).toMatch(/dead/);
});
