import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { Disposal } from '../../src/base/disposal.ts';
import type { Gossip } from '../../src/gossip/gossip.ts';
import type { GossipOptions } from '../../src/gossip/gossip-options.ts';
import type { Trouble } from '../../src/gossip/trouble.ts';
import { eventually, startMember } from '../support/gossip.ts';

let closing = new Disposal();
afterEach(async () => {
  await closing[Symbol.asyncDispose]();
  closing = new Disposal();
});

const at = ({ address, port }: Gossip) => `${address}:${port}`;

/** A member that started so long ago, with what it said of its health and how often it was told to take another id. */
async function start(name: string, agoMs: number, change: Partial<GossipOptions> = {}) {
  const troubles: Trouble[] = [];
  const cloned = { times: 0 };
  const gossip = closing.use(
    await startMember(name, {
      id: 'the-same',
      clock: { ...systemClock, now: () => systemClock.now(), wall: () => systemClock.wall() - agoMs },
      trouble: (trouble) => void troubles.push(trouble),
      cloned: () => {
        cloned.times += 1;
        return 'it takes another';
      },
      ...change,
    }),
  );
  return { gossip, troubles, cloned };
}

test('of two living members with one id the younger is told to take another, and both say so', async () => {
  const first = await start('first', 60_000);
  const copy = await start('copy', 0);
  await copy.gossip.join([at(first.gossip)]);
  await eventually(() => first.troubles.length > 0 && copy.troubles.length > 0, 5_000);
  expect(first.troubles[0]).toMatchObject({
    code: 'identity_conflict',
    text: expect.stringContaining('copy at 127.0.0.1'),
  });
  expect(copy.troubles[0]?.text).toContain('it takes another');
  expect([first.cloned.times, copy.cloned.times]).toEqual([0, 1]);
  await copy.gossip.leave();
  await eventually(() => first.troubles.at(-1)?.text === '', 2_000);
});

test('a member that was renamed is no copy of itself', async () => {
  const other = await start('other', 0, { id: 'other' });
  const before = await start('before', 0);
  await before.gossip.join([at(other.gossip)]);
  await before.gossip[Symbol.asyncDispose]();
  const after = await start('after', 0, { port: before.gossip.port });
  await after.gossip.join([at(other.gossip)]);
  await eventually(() => [...other.gossip.members.values()].some(({ name }) => name === 'after'), 2_000);
  expect(after.troubles).toEqual([]);
});
