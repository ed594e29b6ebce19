import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RunningAgent, runOpsbro } from '../support/agent.ts';
import { tempDirectory } from '../support/temp.ts';

const folder = tempDirectory();
const running: RunningAgent[] = [];
afterAll(async () => {
  await Promise.all(running.map((agent) => agent[Symbol.asyncDispose]()));
  folder[Symbol.dispose]();
});

const ZONES = 'zone: {name: internet, sub-zones: [lan]}\n---\nzone: {name: lan}\n';
const LOOPBACK = { OPSBRO_BIND: '127.0.0.1' };

/** The home of an agent with these files below `etc`. */
function homeOf(name: string, files: Readonly<Record<string, string>> = { 'zones/all.yml': ZONES }): string {
  const home = join(folder.path, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(home, 'etc', path, '..'), { recursive: true });
    writeFileSync(join(home, 'etc', path), text, { mode: 0o600 });
  }
  return home;
}

async function started(home: string, env: Readonly<Record<string, string>> = {}): Promise<RunningAgent> {
  const agent = new RunningAgent(home, { OPSBRO_NAME: home.split('/').at(-1) ?? '', ...env });
  running.push(agent);
  return await agent.ready();
}

interface MemberJson {
  readonly uuid: string;
  readonly name: string;
  readonly state: string;
  readonly zone: string;
  readonly incarnation: number;
  readonly groups: readonly string[];
  readonly checks: object;
}

async function seen(by: RunningAgent, name: string): Promise<MemberJson | undefined> {
  const answer = await fetch(`http://127.0.0.1:${by.ports.http}/agent/members`);
  return Object.values((await answer.json()) as Record<string, MemberJson>).find((member) => member.name === name);
}

test('a node goes to another zone and back, and is the same node', async () => {
  const [a, b] = await Promise.all([started(homeOf('a'), LOOPBACK), started(homeOf('b'), LOOPBACK)]);
  await b.opsbro('gossip', 'join', `127.0.0.1:${a.ports.gossip}`);
  await expect.poll(async () => (await seen(a, 'b'))?.state, { timeout: 5_000 }).toBe('alive');
  const before = await seen(b, 'b');
  const port = b.ports.gossip;

  expect(await b.opsbro('gossip', 'zone', 'change', 'lan')).toEqual({
    code: 0,
    stdout: 'this node is in zone lan now\n',
    stderr: '',
  });
  expect((await seen(a, 'b'))?.state).toBe('left');
  expect(await b.opsbro('gossip', 'join', `127.0.0.1:${a.ports.gossip}`)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is in zone "internet", and this node in "lan"'),
  });
  expect((await seen(a, 'b'))?.state).toBe('left');
  expect(await seen(b, 'a')).toBeUndefined();
  const after = await seen(b, 'b');
  expect(after).toMatchObject({ uuid: before?.uuid, state: 'alive', zone: 'lan' });
  expect(after?.groups).toContain('zone::lan');
  expect(after?.groups).not.toContain('zone::internet');
  expect(after?.incarnation).toBeGreaterThan(before?.incarnation ?? 0);
  expect(Object.keys(after?.checks ?? {})).toEqual(Object.keys(before?.checks ?? {}));
  expect(b.ports.gossip).toBe(port);
  expect((await b.opsbro('agent', 'print', 'zone')).stdout).toBe('lan\n');
  expect((await b.opsbro('evaluator', 'eval', 'gossip_get_zone()')).stdout).toContain('lan');
  expect((await b.opsbro('gossip', 'zone', 'list')).stdout).toMatch(/lan {2}\(zone of this node\)/);

  expect((await b.opsbro('gossip', 'zone', 'change', 'moon')).code).toBe(2);
  expect((await b.opsbro('gossip', 'zone', 'change', '--reset')).stdout).toBe('this node is in zone internet now\n');
  await b.opsbro('gossip', 'join', `127.0.0.1:${a.ports.gossip}`);
  await expect.poll(() => seen(a, 'b'), { timeout: 5_000 }).toMatchObject({ state: 'alive', zone: 'internet' });
}, 60_000);

test('with a key of its zone an agent is protected, and listens on all interfaces after a restart', async () => {
  const home = homeOf('keyed');
  const first = await started(home);
  expect((await first.opsbro('agent', 'info')).stdout).toContain('zone do not have a gossip key');
  const made = await first.opsbro('gossip', 'zone', 'key', 'generate', '--zone', 'internet');
  expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('restart it, so that it listens on all') });
  expect((await first.opsbro('agent', 'info')).stdout).toContain('(√ zone have a gossip key)');
  expect((await first.json('agent', 'info')) as object).toMatchObject({
    is_zone_protected: true,
    key_fingerprints: [made.stdout.trim().split('  ')[1]],
    advertise_addr: '127.0.0.1',
    warnings: [],
  });
  await first.opsbro('agent', 'stop');
  await first.ended();

  const second = await started(home);
  const { local_addr, advertise_addr } = (await second.json('agent', 'info')) as Record<string, string>;
  expect(advertise_addr).toBe(local_addr);
  chmodSync(join(home, 'etc/zone_keys/internet.gossip.key'), 0o644);
  await second.opsbro('agent', 'reload');
  expect((await second.opsbro('agent', 'info')).stdout).toMatch(/^WARNING: .*can be read or changed by others/);
}, 60_000);

test('a key file that is none closes the zone, and the agent says why', async () => {
  const agent = await started(homeOf('closed', { 'zone_keys/internet.gossip.key': 'c2VjcmV0\n' }));
  const info = (await agent.opsbro('agent', 'info')).stdout;
  expect(info).toContain('(‼ zone is closed: its key file cannot be used)');
  expect(info).toContain('(health: failed)');
  expect(info).toContain('internet.gossip.key: line 1 has 6 bytes (expected 16, 24 or 32)');
  expect(info).not.toContain('zone have a gossip key');
  expect(info).not.toContain('c2VjcmV0');
  expect(await agent.json('agent', 'info')).toMatchObject({ is_zone_protected: false, is_zone_closed: true });
}, 30_000);

test.each([
  [
    'a circle of zones',
    { 'zones/z.yml': 'zone: {name: internet, sub-zones: [internet]}\n' },
    'zones/z.yml:1:36: error: zone: zones form a circle: internet > internet',
  ],
  [
    'a zone that is not defined',
    { 'agent.yml': 'node-zone: lan\n' },
    'agent.yml:1:1: error: node_zone: no zone "lan" is defined in zones/ (expected one of internet)',
  ],
])(
  '%s forbids to start',
  async (name, files, message) => {
    const { code, stderr } = await runOpsbro(['agent', 'start', '--home', homeOf(name.replaceAll(' ', '-'), files)]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  },
  30_000,
);
