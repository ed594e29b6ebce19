import { describe, expect } from 'vitest';
import { at, Mixed, mixedPool, SOON, seenByOurs, statesByOurs, statesBySerf } from '../support/mixed.ts';
import { synced } from '../support/serf.ts';
import { testWith } from '../support/services.ts';

const [FIRST, SECOND] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')];

const POOLS = [
  ['a plain', undefined],
  ['an encrypted', FIRST],
] as const;

describe.each(POOLS)('in %s pool of agents of ours and of Serf', (_, key) => {
  testWith('serf', 'all agree on everybody, hear events and answer queries, and Serf never complains', async (serf) => {
    await using mixed = new Mixed(serf, key);
    const { a, b, s, t } = await mixedPool(mixed);

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
    await synced(s, t);
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
    const { a, b, s, t } = await mixedPool(mixed);
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
    const { a, b, s, t } = await mixedPool(mixed);
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
  const { a, b, s, t } = await mixedPool(mixed);
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
