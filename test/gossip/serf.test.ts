import { afterEach, expect } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import type { Gossip } from '../../src/gossip/gossip.ts';
import { eventually, startMember } from '../support/gossip.ts';
import { startSerf } from '../support/serf.ts';
import { testWith } from '../support/services.ts';

let closing = new Disposal();
afterEach(async () => {
  await closing[Symbol.asyncDispose]();
  closing = new Disposal();
});

const at = ({ address, port }: Gossip) => `${address}:${port}`;
const seen = (by: Gossip, name: string) => [...by.members.values()].find((member) => member.name === name);

testWith(
  'serf',
  'a real serf agent joins our pool, lives in it, sees us with our tags, and has nothing to complain of',
  async (serf) => {
    const [a, b] = await Promise.all([startMember('a', { tags: new Map([['rack', 'r1']]) }), startMember('b')]);
    closing.use(a);
    closing.use(b);
    await b.join([at(a)]);
    const real = closing.use(await startSerf(serf, 'real', [at(a)]));
    await eventually(() => seen(a, 'real')?.state === 'alive' && seen(b, 'real')?.state === 'alive', 3_000);
    expect(seen(b, 'real')).toMatchObject({ id: 'serf:real', kind: 'serf', zone: 'internet', groups: ['db'] });
    a.setGroups(['linux', 'web']);
    a.setCheck('core/load', { state: 'critical', hard: true, changed: 1, output: 'high' });
    await eventually(() => seen(b, 'a')?.checks.has('core/load') === true, 1_000);
    // Several probes in each direction, and the gossip of a tag change.
    const probes = (member: Gossip) => member.counters.get('probes_ok') ?? 0;
    const [before, others] = [probes(a), probes(b)];
    await eventually(() => probes(a) >= before + 4 && probes(b) >= others + 4, 10_000);
    const members = new Map((await real.members()).map((member) => [member.name, member]));
    expect([...members.values()].map(({ status }) => status)).toEqual(['alive', 'alive', 'alive']);
    expect(members.get('a')?.tags).toMatchObject({ ob: '1', id: 'id-a', z: 'internet', rack: 'r1', g: 'linux,web' });
    expect([seen(a, 'real')?.state, seen(b, 'real')?.state]).toEqual(['alive', 'alive']);
    await b.leave();
    await b[Symbol.asyncDispose]();
    expect((await real.members()).find(({ name }) => name === 'b')?.status).toBe('left');
    expect(real.complaints).toEqual([]);
  },
);

testWith('serf', 'we join a pool of real serf agents, and see who leaves it', async (serf) => {
  const one = closing.use(await startSerf(serf, 'one'));
  const two = closing.use(await startSerf(serf, 'two', [one.address]));
  const a = closing.use(await startMember('a'));
  expect(await a.join([two.address])).toMatchObject({ joined: 1 });
  await eventually(() => seen(a, 'one')?.state === 'alive' && seen(a, 'two')?.state === 'alive', 2_000);
  await eventually(() => one.log.some((line) => /EventMemberJoin: a /.test(line)), 3_000);
  await one.command('leave');
  await eventually(() => seen(a, 'one')?.state === 'left', 5_000);
  expect(two.complaints).toEqual([]);
});
