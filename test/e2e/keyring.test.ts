import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { agents, type RunningAgent } from '../support/agent.ts';

const pool = agents();
afterAll(() => pool[Symbol.asyncDispose]());

/** A killed one is noticed within seconds. */
const QUICK = {
  OPSBRO_BIND: '127.0.0.1',
  OPSBRO_GOSSIP__PROBE_INTERVAL: '200ms',
  OPSBRO_GOSSIP__PROBE_TIMEOUT: '100ms',
};

const start = (name: string) => pool.start(name, QUICK).ready();
const at = (agent: RunningAgent) => `127.0.0.1:${agent.ports.gossip}`;
const keyFile = (agent: RunningAgent) => join(agent.home, 'etc/zone_keys/internet.gossip.key');
const zoneKey = (agent: RunningAgent, ...words: string[]) =>
  agent.opsbro('gossip', 'zone', 'key', ...words, '--zone', 'internet');
const keyring = (agent: RunningAgent, ...words: string[]) => agent.opsbro('gossip', 'keyring', ...words, '--yes');

/** Members by name, and how they are. */
async function states(by: RunningAgent): Promise<Record<string, string>> {
  const answer = await fetch(`http://127.0.0.1:${by.ports.http}/agent/members`);
  const members = Object.values((await answer.json()) as Record<string, { name: string; state: string }>);
  return Object.fromEntries(members.map(({ name, state }) => [name, state]));
}

async function keysOf(agent: RunningAgent): Promise<Record<string, readonly string[]>> {
  const { nodes } = (await agent.json('gossip', 'keyring', 'list')) as { nodes: { name: string; keys: string[] }[] };
  return Object.fromEntries(nodes.map(({ name, keys }) => [name, keys]));
}

/** Gives an agent the key of another, as a person copies it. */
async function share(from: RunningAgent, to: RunningAgent): Promise<void> {
  const key = readFileSync(keyFile(from), 'utf8').trim();
  expect(await zoneKey(to, 'import', '--key', key)).toMatchObject({ code: 0 });
}

test('who has the key is in the pool; who has another or none is told so, and named', async () => {
  const [a, b, other, none] = await Promise.all([start('a'), start('b'), start('other'), start('none')]);
  await zoneKey(a, 'generate');
  await share(a, b);
  await zoneKey(other, 'generate');
  expect(await b.opsbro('gossip', 'join', at(a))).toMatchObject({ code: 0, stdout: 'joined 1 of 1\n' });
  await expect.poll(() => states(a), { timeout: 5_000 }).toEqual({ a: 'alive', b: 'alive' });

  expect(await none.opsbro('gossip', 'join', at(a))).toMatchObject({
    code: 1,
    stdout: 'joined 0 of 1\n',
    stderr: expect.stringContaining('peer requires encryption'),
  });
  const refused = await other.opsbro('gossip', 'join', at(a));
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('peer encrypts with a key that this zone'),
  });
  expect((await a.opsbro('agent', 'info')).stdout).toMatch(/^WARNING: streams from 127\.0\.0\.1 use an unknown key/);
  const metrics = await (await fetch(`http://127.0.0.1:${a.ports.http}/metrics`)).text();
  expect(metrics).toMatch(/^opsbro_gossip_dropped_total\{reason="decrypt"\} [1-9]/m);

  expect(await states(a)).toEqual({ a: 'alive', b: 'alive' });
  expect([await states(other), await states(none)]).toEqual([{ other: 'alive' }, { none: 'alive' }]);
  expect(await keyring(none, 'rotate')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('the pool is not encrypted; write the key file on every node'),
  });
}, 60_000);

test('zone keys that are none, and one too many, are refused with exit code 2', async () => {
  const agent = await start('refuses');
  await zoneKey(agent, 'generate');
  for (const [words, why] of [
    [['generate'], 'exists already; --erase replaces it'],
    [['import', '--key', 'c2hvcnQ='], 'the key has 5 bytes (expected 16, 24 or 32)'],
  ] as const) {
    const { code, stderr } = await zoneKey(agent, ...words);
    expect([code, stderr]).toEqual([2, expect.stringContaining(why)]);
    expect(stderr).not.toContain('bug');
  }
}, 30_000);

test('the keys of all members change together; who was away with the old key is refused once that is gone', async () => {
  const [x, y] = await Promise.all([start('x'), start('y')]);
  let z = await start('z');
  await zoneKey(x, 'generate');
  await share(x, y);
  await share(x, z);
  for (const agent of [y, z]) await agent.opsbro('gossip', 'join', at(x));
  const everybody = { x: 'alive', y: 'alive', z: 'alive' };
  await expect.poll(() => states(x), { timeout: 5_000 }).toEqual(everybody);
  const first = Object.values(await keysOf(x))[0]?.[0] ?? '';
  expect(await keysOf(x)).toEqual({ x: [first], y: [first], z: [first] });

  const key = (await x.opsbro('agent', 'keygen')).stdout.trim();
  expect(await keyring(x, 'use', key)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/lack the key .*install/),
  });
  expect(await keyring(y, 'install', key)).toEqual({
    code: 0,
    stdout: 'NODE  MESSAGE\nx     done\ny     done\nz     done\n',
    stderr: '',
  });
  const second = (await keysOf(z))['y']?.find((each) => each !== first) ?? '';
  expect(await keyring(z, 'use', second)).toMatchObject({ code: 0 });
  expect(await keyring(x, 'remove', second)).toMatchObject({ code: 2, stdout: expect.stringContaining('failed: ') });
  expect(await keyring(x, 'remove', first)).toMatchObject({ code: 0 });
  expect(await keysOf(y)).toEqual({ x: [second], y: [second], z: [second] });
  expect(await keyring(y, 'rotate')).toMatchObject({ code: 0 });
  const [third = ''] = (await keysOf(x))['x'] ?? [];
  expect([first, second]).not.toContain(third);
  expect(await keysOf(x)).toEqual({ x: [third], y: [third], z: [third] });
  expect(await states(y)).toEqual(everybody);

  z.kill('SIGKILL');
  await z.ended();
  await expect.poll(() => states(x), { timeout: 10_000 }).toMatchObject({ z: 'dead' });
  expect(await keyring(x, 'rotate')).toMatchObject({ code: 0 });
  z = await start('z');
  await expect
    .poll(async () => (await y.opsbro('agent', 'info')).stdout + (await x.opsbro('agent', 'info')).stdout, {
      timeout: 10_000,
      interval: 500,
    })
    .toMatch(/WARNING: (streams|datagrams) from 127\.0\.0\.1 use an unknown key/);
  expect(await states(x)).toMatchObject({ y: 'alive', z: 'dead' });
  await z.opsbro('agent', 'stop');
  await z.ended();
}, 60_000);
