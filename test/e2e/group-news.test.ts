import { Resolver } from 'node:dns/promises';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agents, type RunningAgent } from '../support/agent.ts';

const SOON = { timeout: 10_000, interval: 50 };
const CHECK = 'local/spool';

const pool = agents();
let seen: RunningAgent;
let watching: RunningAgent;
let spool: string;

beforeAll(async () => {
  seen = pool.start('a');
  watching = pool.start('b');
  spool = join(dirname(seen.home), 'spool.conf');
  mkdirSync(join(seen.home, 'etc'), { recursive: true });
  writeFileSync(
    join(seen.home, 'etc/spool.yml'),
    `detector: { interval: 1s, apply_if: "file_exists('${spool}')", add_groups: [spool] }
check: { interval: 1h, if_group: spool, critical_if: 'False', ok_output: "'OK: it is there'" }
`,
  );
  // A machine that is busy with tests is critical itself.
  mkdirSync(join(watching.home, 'etc'), { recursive: true });
  writeFileSync(join(watching.home, 'etc/dns.yml'), 'dns: { policy: { lists: any } }\n');
  await seen.ready();
  await watching.ready();
  await watching.opsbro('gossip', 'join', `127.0.0.1:${seen.ports.gossip}`);
}, 40_000);

afterAll(() => pool[Symbol.asyncDispose]());

/** What `b` knows of the group: whether `a` is in it, and how its check stands there; both empty when it knows nothing. */
async function byGossip(): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${watching.ports.http}/agent/members`);
  const members = Object.values((await answer.json()) as Record<string, MemberJson>);
  const a = members.find(({ name }) => name === 'a');
  return `${a?.groups.includes('spool') ? 'spool' : ''} ${a?.checks[CHECK]?.state ?? ''}`;
}

interface MemberJson {
  readonly name: string;
  readonly groups: readonly string[];
  readonly checks: Readonly<Record<string, { readonly state: string }>>;
}

/** What `b` answers by DNS. */
async function byDns(): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${watching.ports.dns}`]);
  return await resolver.resolve4('spool.group.internet.opsbro').catch((error: { code: string }) => [error.code]);
}

test('what a detector finds reaches the other node, its DNS and the checks that wait for it, and so does the end of it', async () => {
  await expect.poll(byGossip, SOON).toBe(' ');
  expect(await byDns()).toEqual(['ENOTFOUND']);

  writeFileSync(spool, '');
  await expect.poll(byGossip, SOON).toBe('spool ok');
  expect(await byDns()).toEqual(['127.0.0.1']);
  expect((await seen.opsbro('detectors', 'history')).stdout).toMatch(/spool/);

  rmSync(spool);
  await expect.poll(byGossip, SOON).toBe(' ');
  expect(await byDns()).toEqual(['ENOTFOUND']);
}, 40_000);

test('DNS leaves a node in maintenance out, and takes it back when that is over', async () => {
  writeFileSync(spool, '');
  await expect.poll(byDns, SOON).toEqual(['127.0.0.1']);

  const started = await watching.opsbro('maintenance', 'start', 'a', '--for', '1h', '--json');
  const { id } = JSON.parse(started.stdout) as { readonly id: string };
  expect(await byDns()).toEqual(['ENODATA']);
  await watching.opsbro('maintenance', 'stop', id);
  expect(await byDns()).toEqual(['127.0.0.1']);

  await watching.opsbro('maintenance', 'start', 'a', '--for', '1h', '--no-drain');
  expect(await byDns()).toEqual(['127.0.0.1']);
});
