import { expect } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { type KeyringHolder, NO_KEYS } from '../../src/gossip/keyring-holder.ts';
import { gossipKey } from '../../src/gossip/wire/keyring.ts';
import { eventually, startMember } from '../support/gossip.ts';
import { type SerfAgent, startSerf, synced } from '../support/serf.ts';
import { testWith } from '../support/services.ts';

const [OURS, OTHER] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const SOON = { timeout: 10_000, interval: 50 };
const flag = (key: Buffer) => `-encrypt=${key.toString('base64')}`;

function keyed(bytes: Buffer): KeyringHolder {
  const key = gossipKey(bytes);
  if (!key) throw new Error('32 bytes are a key');
  return { ...NO_KEYS, state: 'keyed', keyring: [key] };
}

testWith('serf', 'a real serf agent with our key lives in a pool of ours without a complaint', async (serf) => {
  await using closing = new Disposal();
  const ours = closing.use(await startMember('ours', { keys: keyed(OURS) }));
  const address = `${ours.address}:${ours.port}`;
  const joining = closing.use(await startSerf(serf, 'joining', [address], [flag(OURS)]));
  const joined = closing.use(await startSerf(serf, 'joined', [], [flag(OURS)]));
  expect((await ours.join([joined.address])).joined).toBe(1);
  const names = () => [...ours.members.values()].map(({ name, state }) => `${name} ${state}`).sort();
  const everyone = ['joined alive', 'joining alive', 'ours alive'];
  await eventually(() => names().join() === everyone.join(), 5_000);
  const turnAt = async (agent: SerfAgent) => (await agent.members()).find(({ name }) => name === 'ours')?.tags['g'];
  for (let turn = 0; turn < 30; turn += 1) {
    ours.setGroups(['linux', `turn-${turn}`]);
    for (const agent of [joining, joined]) await expect.poll(() => turnAt(agent), SOON).toBe(`linux,turn-${turn}`);
    expect(names()).toEqual(everyone);
  }
  await synced(joining, joined);
  expect(names()).toEqual(everyone);
  for (const agent of [joining, joined]) {
    const members = await agent.members();
    expect(members.map(({ name, status }) => `${name} ${status}`).sort()).toEqual(everyone);
    expect(members.find(({ name }) => name === 'ours')?.tags).toMatchObject({ g: 'linux,turn-29' });
    expect(agent.complaints).toEqual([]);
  }
  expect(ours.complaints).toEqual([]);
});

testWith(
  'serf',
  'a real serf agent with another key or none stays apart, and both sides are told why',
  async (serf) => {
    await using closing = new Disposal();
    const keyedOne = closing.use(await startMember('keyed', { keys: keyed(OURS) }));
    const plainOne = closing.use(await startMember('plain'));
    const other = closing.use(await startSerf(serf, 'other', [], [flag(OTHER)]));
    const plain = closing.use(await startSerf(serf, 'plain-serf'));
    const why = async (gossip: typeof keyedOne, address: string) => (await gossip.join([address])).errors.get(address);
    expect(await why(keyedOne, other.address)).toContain('peer encrypts with a key that this zone does not have');
    expect(await why(keyedOne, plain.address)).toContain('peer does not encrypt, but this zone has a key');
    expect(await why(plainOne, other.address)).toContain('peer requires encryption');
    expect([keyedOne.members.size, plainOne.members.size]).toEqual([1, 1]);
  },
);
