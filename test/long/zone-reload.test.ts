import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { living, membersAt, type Zoned, ZonedAgents } from '../support/zoned-agents.ts';

const sees = (at: Zoned, names: string) => expect.poll(() => living(at), { timeout: 20_000 }).toBe(names);

const placeOf = (at: Zoned) => `${at.address}:${at.agent.ports.gossip}`;

/** Writes files of an agent and has it read them. */
async function rewrite({ agent }: Zoned, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) writeFileSync(join(agent.home, 'etc', path), text);
  expect(await agent.json('agent', 'reload')).toMatchObject({ restart_needed: [], errors: [] });
}

test('to join an address of another zone is to link the zones, which only a proxy can', async () => {
  await using zones = new ZonedAgents(['internet', 'lan'], { network: 34, isKeyed: true });
  const above = await zones.start('above', 'internet', { isProxy: true });
  const proxy = await zones.start('proxy', 'lan', { isProxy: true });
  const plain = await zones.start('plain', 'lan', { seed: proxy.agent });
  await sees(plain, 'plain proxy');

  expect(await plain.agent.opsbro('gossip', 'join', placeOf(above))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      'this node in "lan"; only proxies link zones: run this on proxy, or set proxy_node',
    ),
  });
  expect(await above.agent.opsbro('gossip', 'join', placeOf(proxy))).toMatchObject({ code: 1 });
  expect(await proxy.agent.opsbro('gossip', 'join', placeOf(above))).toEqual({
    code: 0,
    stdout: 'linked to zone internet\n',
    stderr: '',
  });
  await Promise.all([sees(above, 'above plain proxy'), sees(plain, 'above plain proxy')]);
  expect(await above.agent.opsbro('gossip', 'join', placeOf(plain))).toMatchObject({
    code: 0,
    stdout: 'linked to zone lan\n',
  });
  expect(await above.agent.json('gossip', 'join', placeOf(proxy))).toMatchObject({
    joined: 0,
    linked: { [placeOf(proxy)]: 'lan' },
  });
}, 60_000);

test('seeds, being a proxy, and how zones hang together count as soon as they are read again', async () => {
  await using zones = new ZonedAgents(['internet', 'lan'], { network: 35, isKeyed: false });
  const above = await zones.start('above', 'internet');
  const below = await zones.start('below', 'lan');
  const apart = 'zone: {name: internet}\n---\nzone: {name: lan}\n';
  const together = 'zone: {name: internet, sub-zones: [lan]}\n---\nzone: {name: lan}\n';
  const proxyBelow = `node-zone: lan\nproxy-node: true\nseeds: ["${placeOf(above)}"]\n`;
  await rewrite(below, { 'zones/all.yml': apart, 'agent.yml': proxyBelow });
  await rewrite(above, { 'zones/all.yml': apart, 'agent.yml': 'node-zone: internet\nproxy-node: true\n' });
  await sees(above, 'above');

  await Promise.all([above, below].map((each) => rewrite(each, { 'zones/all.yml': together })));
  await Promise.all([sees(above, 'above below'), sees(below, 'above below')]);
  expect((await membersAt(above)).find(({ name }) => name === 'below')).toMatchObject({ zone: 'lan', reachable: true });

  await rewrite(above, { 'agent.yml': 'node-zone: internet\n' });
  await sees(below, 'below');
  await rewrite(above, { 'agent.yml': 'node-zone: internet\nproxy-node: true\n' });
  await sees(below, 'above below');

  await Promise.all([above, below].map((each) => rewrite(each, { 'zones/all.yml': apart })));
  await Promise.all([sees(above, 'above'), sees(below, 'below')]);
}, 90_000);
