import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { RunningAgent } from '../support/agent.ts';
import { type SerfAgent, startSerf } from '../support/serf.ts';
import { testWith } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';

const SOON = { timeout: 20_000, interval: 200 };
const [FIRST, SECOND] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')];

const POOLS = [
  ['a plain', undefined],
  ['an encrypted', FIRST],
] as const;

interface MemberJson {
  readonly name: string;
  readonly state: string;
  readonly addr: string;
  readonly port: number;
  readonly tags: Readonly<Record<string, string>>;
}

const at = (agent: RunningAgent) => `127.0.0.1:${agent.ports.gossip}`;

/** Agents of ours and of Serf on this machine, which all end with it. */
class Mixed implements AsyncDisposable {
  readonly #closing = new Disposal();
  readonly #folder = this.#closing.use(tempDirectory()).path;
  readonly #serf: string;
  readonly #key: string | undefined;

  constructor(serf: string, key: string | undefined) {
    this.#serf = serf;
    this.#key = key;
  }

  async ours(name: string, home = name): Promise<RunningAgent> {
    const path = join(this.#folder, home);
    if (this.#key !== undefined) {
      mkdirSync(join(path, 'etc/zone_keys'), { recursive: true });
      writeFileSync(join(path, 'etc/zone_keys/internet.gossip.key'), `${this.#key}\n`, { mode: 0o600 });
    }
    return await this.#closing.use(new RunningAgent(path, { OPSBRO_NAME: name, OPSBRO_BIND: '127.0.0.1' })).ready();
  }

  async serf(name: string, seeds: readonly string[] = []): Promise<SerfAgent> {
    const flags = this.#key === undefined ? [] : [`-encrypt=${this.#key}`];
    // A script that does not read what it is given is an error to Serf.
    const handler = '-event-handler=query:who=cat >/dev/null; echo -n serf';
    return this.#closing.use(await startSerf(this.#serf, name, seeds, [handler, ...flags]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closing[Symbol.asyncDispose]();
  }
}

async function seenByOurs(by: RunningAgent): Promise<Record<string, MemberJson>> {
  const members = Object.values((await by.json('gossip', 'members')) as Record<string, MemberJson>);
  return Object.fromEntries(members.map((member) => [member.name, member]));
}

const statesByOurs = async (by: RunningAgent) =>
  Object.fromEntries(Object.values(await seenByOurs(by)).map(({ name, state }) => [name, state]));
const statesBySerf = async (by: SerfAgent) =>
  Object.fromEntries((await by.members()).map(({ name, status }) => [name, status]));

async function pool(mixed: Mixed) {
  const [a, b] = await Promise.all([mixed.ours('a'), mixed.ours('b')]);
  await b.opsbro('gossip', 'join', at(a));
  const [s, t] = await Promise.all([mixed.serf('s', [at(a)]), mixed.serf('t', [at(b)])]);
  const all = { a: 'alive', b: 'alive', s: 'alive', t: 'alive' };
  for (const each of [a, b]) await expect.poll(() => statesByOurs(each), SOON).toEqual(all);
  for (const each of [s, t]) await expect.poll(() => statesBySerf(each), SOON).toEqual(all);
  return { a, b, s, t };
}

describe.each(POOLS)('in %s pool of agents of ours and of Serf', (_, key) => {
  testWith('serf', 'all agree on everybody, hear events and answer queries, and Serf never complains', async (serf) => {
    await using mixed = new Mixed(serf, key);
    const { a, b, s, t } = await pool(mixed);

    const ours = await seenByOurs(a);
    for (const { name, addr, status, tags } of await s.members()) {
      const { addr: host, port, state, tags: told } = ours[name] ?? {};
      expect({ name, addr, status, tags }).toEqual({ name, addr: `${host}:${port}`, status: state, tags: told });
    }
    expect((await a.opsbro('gossip', 'events', 'add', 'deploy', '--payload', 'now')).code).toBe(0);
    for (const each of [s, t])
      await expect.poll(() => each.log.join('\n'), SOON).toMatch(/Received event: user-event: deploy/);
    await s.command('event', 'build', 'x');
    for (const each of [a, b]) expect((await each.opsbro('gossip', 'events', 'wait', 'build')).code).toBe(0);

    const asked = await s.command('query', '-tag=ob=1', '-relay-factor=2', '-timeout=3s', 'hello');
    expect(asked).toMatch(/Ack from 'a'/);
    expect(asked).toMatch(/Ack from 'b'/);
    expect(asked).toMatch(/Total Acks: 2\n/);
    expect(await a.json('gossip', 'query', 'who')).toMatchObject({
      acks: expect.arrayContaining(['a', 'b', 's', 't']),
    });
    const answered = (await a.json('gossip', 'query', 'who', '--node', 't')) as { acks: string[]; answers: object[] };
    expect(answered).toMatchObject({ acks: ['t'], answers: [{ payload: 'serf' }] });

    expect(await s.command('reachability')).toMatch(/Successfully contacted all live nodes/);
    await expect.poll(() => s.command('rtt', 'a').catch(String), SOON).toMatch(/Estimated a <-> s rtt: /);
    await expect.poll(async () => (await a.opsbro('gossip', 'rtt', 's')).stdout, SOON).toMatch(/ms/);
    await new Promise((resolve) => setTimeout(resolve, 30_000));
    expect([s.complaints, t.complaints]).toEqual([[], []]);

    expect((await b.opsbro('gossip', 'leave', '--yes')).code).toBe(0);
    await expect.poll(() => statesBySerf(s), SOON).toMatchObject({ b: 'left' });
    await t.command('leave');
    await expect.poll(() => statesByOurs(a), SOON).toEqual({ a: 'alive', b: 'left', s: 'alive', t: 'left' });
    expect(s.complaints).toEqual([]);
    expect((await a.opsbro('agent', 'info')).stdout).not.toMatch(/^WARNING/);
  });
});

describe.each(POOLS)('in %s pool of agents of ours and of Serf that some fall out of', (_, key) => {
  testWith('serf', 'the dead can be declared gone from either side', async (serf) => {
    await using mixed = new Mixed(serf, key);
    const { a, b, s, t } = await pool(mixed);
    b.kill('SIGKILL');
    await t[Symbol.asyncDispose]();
    await expect.poll(() => statesBySerf(s), SOON).toMatchObject({ b: 'failed', t: 'failed' });
    await expect.poll(() => statesByOurs(a), SOON).toMatchObject({ b: 'dead', t: 'dead' });
    expect((await a.opsbro('gossip', 'why', 't')).stdout).toMatch(/t is dead since/);
    await s.command('force-leave', 'b');
    expect((await a.opsbro('gossip', 'leave', 't', '--yes')).code).toBe(0);
    await expect.poll(() => statesBySerf(s), SOON).toMatchObject({ b: 'left', t: 'left' });
    await expect.poll(() => statesByOurs(a), SOON).toMatchObject({ b: 'left', t: 'left' });
    expect((await a.opsbro('gossip', 'leave', 's', '--yes')).code).toBe(2);
  });

  testWith('serf', 'a name stays with who had it first', async (serf) => {
    await using mixed = new Mixed(serf, key);
    const { a, b, s, t } = await pool(mixed);
    const before = await seenByOurs(a);
    for (const name of ['b', 't']) {
      const thief = await mixed.ours(name, `thief-${name}`);
      await thief.opsbro('gossip', 'join', at(a));
      await expect
        .poll(async () => (await thief.opsbro('agent', 'info')).stdout, SOON)
        .toMatch(new RegExp(`node name ${name} is used by`));
      await thief[Symbol.asyncDispose]();
      // Serf ends by itself when it loses its name.
      await using other = await mixed.serf(name, [at(a)]).catch(() => undefined);
      await expect.poll(() => other?.log.join('\n') ?? 'minority', SOON).toMatch(/minority/);
    }
    const after = await seenByOurs(a);
    for (const name of ['b', 't']) expect(after[name]).toMatchObject({ state: 'alive', port: before[name]?.port });
    expect(await statesBySerf(s)).toEqual({ a: 'alive', b: 'alive', s: 'alive', t: 'alive' });
    expect((await b.opsbro('agent', 'info')).stdout).not.toContain('is used by');
    expect(await statesBySerf(t)).toMatchObject({ t: 'alive' });
  });
});

testWith('serf', 'the keys of a mixed pool can be changed from either side', async (serf) => {
  await using mixed = new Mixed(serf, FIRST);
  const { a, b, s, t } = await pool(mixed);
  expect(await s.command('keys', `-install=${SECOND}`)).toContain('Successfully installed');
  const listed = (await a.json('gossip', 'keyring', 'list')) as { nodes: { name: string; keys: string[] }[] };
  expect(listed.nodes.map(({ name, keys }) => [name, keys.length])).toEqual([...'abst'].map((name) => [name, 2]));
  expect((await b.opsbro('gossip', 'keyring', 'use', SECOND, '--yes')).code).toBe(0);
  expect(await t.command('keys', `-remove=${FIRST}`)).toContain('Successfully removed');
  expect(await s.command('keys', '-list')).toContain('[4/4]');
  expect(await a.opsbro('gossip', 'keyring', 'rotate', '--yes')).toMatchObject({ code: 0 });
  const all = { a: 'alive', b: 'alive', s: 'alive', t: 'alive' };
  expect([await statesByOurs(a), await statesBySerf(t)]).toEqual([all, all]);
  expect([s.complaints, t.complaints]).toEqual([[], []]);
});
