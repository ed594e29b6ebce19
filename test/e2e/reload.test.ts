import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agents, type RunningAgent } from '../support/agent.ts';
import { sendUdp } from '../support/udp.ts';

const pool = agents();
let agent: RunningAgent;
let settings: string;
let own: string;

/** A window of statsd that stays open for as long as these tests take. */
const STATSD = { OPSBRO_STATSD__ENABLED: 'true', OPSBRO_STATSD__PORT: '0', OPSBRO_STATSD__INTERVAL: '300s' };

const check = (threshold: number) => `check: {if_group: "*", critical_if: "${threshold} > 5", interval: 1s}\n`;

interface Health {
  readonly health: string;
  readonly reasons: readonly { readonly text: string }[];
}

const health = async () => (await agent.json('agent', 'health')) as Health;
const displayName = async () => ((await agent.json('agent', 'info')) as { display_name: string }).display_name;
const conditionOf = async (id: string) => {
  const { definition } = (await agent.json('check', 'show', id)) as { definition: { fields: { critical_if: string } } };
  return definition.fields.critical_if;
};

beforeAll(async () => {
  agent = pool.start('n1', { OPSBRO_WATCH: 'false' });
  settings = join(agent.home, 'etc/agent.yml');
  own = join(agent.home, 'etc/mine.yml');
  mkdirSync(join(agent.home, 'etc'), { recursive: true });
  writeFileSync(settings, 'display_name: first\n');
  writeFileSync(own, check(1));
  await agent.ready();
}, 60_000);

afterAll(() => pool[Symbol.asyncDispose]());

test('after a signal a broken file stands aside for its last good version, and a good one takes effect', async () => {
  writeFileSync(own, 'check: {if_group: "*", critical_if: "1 >", interval: 5 minutes}\n');
  writeFileSync(settings, 'display_name: second\n');
  agent.kill('SIGHUP');
  await expect.poll(displayName, { timeout: 10_000 }).toBe('second');
  expect(await conditionOf('local/mine')).toBe('1 > 5');
  const { health: state, reasons } = await health();
  expect(state).toBe('degraded');
  expect(reasons.map(({ text }) => text).join('\n')).toContain(`${own}: using the version of `);
  expect((await agent.opsbro('agent', 'info', '--show-logs')).stdout).toContain(`${own}:1:`);
});

test('a reload says with 2 what is wrong, by file and line', async () => {
  const { code, stdout, stderr } = await agent.opsbro('agent', 'reload');
  expect(code).toBe(2);
  expect(stdout).toContain('0 added, 0 changed, 0 removed');
  expect(stderr).toContain(`${own}:1:`);
  expect(stderr).toContain('"5 minutes" is not a duration; write 5m');
  expect((await agent.opsbro('agent', 'info')).stdout).toMatch(/configuration: \d errors? in configuration files/);
});

test('all or nothing leaves everything as it is while there is any error', async () => {
  writeFileSync(settings, 'display_name: third\n');
  const { code, stdout, stderr } = await agent.opsbro('config', 'diff');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '  changed: setting display_name\n' });
  expect(stderr).toContain(`${own}:1:`);
  expect(await agent.opsbro('agent', 'reload', '--all-or-nothing')).toMatchObject({ code: 2 });
  expect(await displayName()).toBe('second');
});

test('an agent that starts with the broken file has its last good version as well', async () => {
  const { home } = agent;
  await agent.opsbro('agent', 'stop');
  expect(await agent.ended()).toBe(0);
  const strict = await agent.opsbro('agent', 'start', '--strict');
  expect([strict.code, strict.stderr]).toEqual([2, expect.stringContaining(`${own}:1:`)]);
  agent = await pool.start('n1', { OPSBRO_WATCH: 'false', ...STATSD }).ready();
  expect(agent.home).toBe(home);
  // The greeting does not wait for the checks for ever.
  await expect.poll(() => conditionOf('local/mine'), { timeout: 10_000 }).toBe('1 > 5');
  expect(await displayName()).toBe('third');
  expect(await health()).toMatchObject({ health: 'degraded' });
}, 60_000);

test('what was repaired counts, and the agent is well again', async () => {
  writeFileSync(own, check(2));
  const { code, stdout } = await agent.opsbro('agent', 'reload');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('changed: check local/mine') });
  expect(await conditionOf('local/mine')).toBe('2 > 5');
  expect((await health()).reasons.filter(({ text }) => text.includes('configuration'))).toEqual([]);
});

/** The inodes of the sockets on the ports of the agent that listen (TCP) or receive (UDP). */
function listening(): string[] {
  const ports = new Set(Object.values(agent.ports).map((port) => port.toString(16).toUpperCase().padStart(4, '0')));
  const open = (['tcp', 'udp'] as const).flatMap((protocol) => {
    const lines = readFileSync(`/proc/net/${protocol}`, 'utf8').split('\n');
    const sockets = lines.map((line) => line.trim().split(/\s+/));
    const wanted = protocol === 'tcp' ? '0A' : '07';
    const found = sockets.filter(([, local = '', , state]) => state === wanted && ports.has(local.slice(-4)));
    return found.map(([, local, , , , , , , , inode]) => `${protocol} ${local} ${inode}`);
  });
  return open.sort();
}

const get = async (path: string) => await (await fetch(`http://127.0.0.1:${agent.ports.http}${path}`)).json();

/** The counters of the open window of statsd, and how many samples came since its door was opened. */
async function counted() {
  const { samples } = (await get('/statsd/stats')) as { samples: number };
  return { samples, counters: await get('/statsd/counters') };
}

interface Checked {
  readonly name: string;
  readonly last_check: number | null;
}

test('a signal with a thousand objects unchanged runs no check again, closes no door and forgets no counter', async () => {
  const many = Array.from({ length: 1_000 }, (_, at) => `- {if_group: "*", critical_if: "${at} > 5", interval: 1h}\n`);
  writeFileSync(join(agent.home, 'etc/many.yml'), `check:\n${many.join('')}`);
  expect((await agent.opsbro('agent', 'reload')).stdout).toMatch(/^1000 added/);
  const checks = async () => {
    const all = (await get('/monitoring/checks')) as Checked[];
    return new Map(all.filter(({ name }) => name.startsWith('local/many')).map((each) => [each.name, each.last_check]));
  };
  await expect.poll(async () => [...(await checks()).values()].includes(null), { timeout: 30_000 }).toBe(false);
  const [before, doors] = [await checks(), listening()];
  expect(before.size).toBe(1_000);
  expect(doors.length).toBeGreaterThan(2);
  const sent = { samples: 1, counters: [{ name: 'kept', value: 3 }] };
  await sendUdp((agent.ports as { statsd?: number }).statsd ?? 0, 'kept:3|c');
  await expect.poll(counted, { timeout: 10_000 }).toEqual(sent);
  writeFileSync(settings, 'display_name: fourth\n');
  agent.kill('SIGHUP');
  await expect.poll(displayName, { timeout: 20_000 }).toBe('fourth');
  expect(await checks()).toEqual(before);
  expect(listening()).toEqual(doors);
  expect(await counted()).toEqual(sent);
}, 90_000);

test('an old file that switches DNS on does so without the group', async () => {
  const plain = pool.start('n2', { OPSBRO_GROUPS: '[]', OPSBRO_DNS__PORT: '0' });
  mkdirSync(join(plain.home, 'etc'), { recursive: true });
  writeFileSync(join(plain.home, 'etc/dns.yml'), 'dns:\n  enabled: true\n  domain: ".old"\n');
  await plain.ready();
  expect(plain.printed).toMatch(/DNS +dig @127\.0\.0\.1 -p \d+ n2\.name\.internet\.old/);
  expect(plain.printed).not.toMatch(/groups .*dns-listener/);
});
