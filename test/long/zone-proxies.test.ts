import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { living, membersAt, type Zoned, ZonedAgents } from '../support/zoned-agents.ts';

const TIMES = { timeout: 30_000, interval: 250 };
const sees = (at: Zoned, names: string) => expect.poll(() => living(at), TIMES).toBe(names);

async function eventsAt({ agent }: Zoned): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${agent.ports.http}/agent/events`);
  return ((await answer.json()) as { readonly type: string }[]).map(({ type }) => type).sort();
}

const reachOf = async (at: Zoned, name: string) => (await membersAt(at)).find((member) => member.name === name);

test('two proxies on each side: each event comes up once, and one that dies is no loss', async () => {
  await using zones = new ZonedAgents(['internet', 'lan'], { network: 36, isKeyed: true });
  const u1 = await zones.start('u1', 'internet', { isProxy: true });
  const u2 = await zones.start('u2', 'internet', { isProxy: true, seed: u1.agent });
  const d1 = await zones.start('d1', 'lan', { isProxy: true, seed: u1.agent });
  const d2 = await zones.start('d2', 'lan', { isProxy: true, seed: d1.agent });
  await Promise.all([u1, u2, d1, d2].map((each) => sees(each, 'd1 d2 u1 u2')));
  expect((await membersAt(u1)).map(({ name }) => name).sort()).toEqual(['d1', 'd2', 'u1', 'u2']);
  const told = ['e1', 'e2', 'e3', 'e4'];
  for (const name of told) await (name < 'e3' ? d1 : d2).agent.opsbro('gossip', 'events', 'add', name);
  for (const each of [u1, u2]) await expect.poll(() => eventsAt(each), TIMES).toEqual(told);

  d1.agent.kill('SIGKILL');
  await expect.poll(() => reachOf(u2, 'd1'), TIMES).toMatchObject({ state: 'dead' });
  expect(await reachOf(u2, 'd2')).toMatchObject({ state: 'alive', reachable: true });
  u1.agent.kill('SIGKILL');
  await expect.poll(() => reachOf(d2, 'u1'), TIMES).toMatchObject({ state: 'dead' });
  await d2.agent.opsbro('gossip', 'events', 'add', 'e5');
  // What the one that died had passed on may be passed on again, but nothing is lost.
  await expect.poll(async () => [...new Set(await eventsAt(u2))], TIMES).toEqual([...told, 'e5']);
  expect(await reachOf(d2, 'u2')).toMatchObject({ state: 'alive', reachable: true });
}, 150_000);

test('the keys of the lower zone change, and the link is there again by itself', async () => {
  await using zones = new ZonedAgents(['internet', 'lan'], { network: 37, isKeyed: true });
  const up = await zones.start('up', 'internet', { isProxy: true });
  const down = await zones.start('down', 'lan', { isProxy: true, seed: up.agent });
  await sees(up, 'down up');
  const [former, fresh] = [Buffer.alloc(32, 'lan'), Buffer.alloc(32, 'other')].map((key) => key.toString('base64'));
  const heldAbove = (...keys: readonly (string | undefined)[]) => {
    writeFileSync(join(up.agent.home, 'etc/zone_keys/lan.gossip.key'), `${keys.join('\n')}\n`, { mode: 0o600 });
    return up.agent.opsbro('agent', 'reload');
  };
  const change = async (operation: string, key = '') =>
    expect(await down.agent.opsbro('gossip', 'keyring', operation, key, '--yes')).toMatchObject({ code: 0 });
  await heldAbove(former, fresh);
  await change('install', fresh);
  await change('use', fresh);
  await change('remove', former);
  await heldAbove(fresh);
  await down.agent.opsbro('gossip', 'events', 'add', 'after');
  await expect.poll(() => eventsAt(up), TIMES).toEqual(['after']);
  expect(await reachOf(up, 'down')).toMatchObject({ state: 'alive', reachable: true });
}, 120_000);
