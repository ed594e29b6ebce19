import { expect } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import type { Gossip } from '../../src/gossip/gossip.ts';
import { eventually, startMember } from '../support/gossip.ts';
import { startSerf } from '../support/serf.ts';
import { testWith } from '../support/services.ts';

const at = ({ address, port }: Gossip) => `${address}:${port}`;
const seen = (by: Gossip, name: string) => [...by.members.values()].find((member) => member.name === name);

testWith('serf', 'a real serf agent lives in a pool of ours for a minute without a complaint', async (serf) => {
  await using closing = new Disposal();
  const ours = await Promise.all(['a', 'b', 'c'].map((name) => startMember(name)));
  for (const gossip of ours) closing.use(gossip);
  const [a, b, c] = ours;
  if (!a || !b || !c) throw new Error('three members were started');
  await Promise.all([b.join([at(a)]), c.join([at(a)])]);
  const real = closing.use(await startSerf(serf, 'real', [at(b)]));
  await eventually(() => ours.every((gossip) => seen(gossip, 'real')?.state === 'alive'), 3_000);
  for (let second = 0; second < 60; second += 1) {
    a.setCheck('core/load', { state: 'warning', hard: true, changed: second, output: `load is ${second}` });
    if (second % 10 === 0) b.setGroups(['linux', `turn-${second}`]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(ours.map((gossip) => seen(gossip, 'real')?.state)).toEqual(['alive', 'alive', 'alive']);
  }
  const members = await real.members();
  expect(members.map(({ name, status }) => `${name} ${status}`).sort()).toEqual([
    'a alive',
    'b alive',
    'c alive',
    'real alive',
  ]);
  expect(members.find(({ name }) => name === 'b')?.tags).toMatchObject({ g: 'linux,turn-50' });
  await c.leave();
  await c[Symbol.asyncDispose]();
  expect((await real.members()).find(({ name }) => name === 'c')?.status).toBe('left');
  expect(real.complaints).toEqual([]);
});
