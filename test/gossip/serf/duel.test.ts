import { afterEach, expect, test } from 'vitest';
import { Disposal } from '../../../src/base/disposal.ts';
import { silent } from '../../../src/base/log.ts';
import type { Gossip } from '../../../src/gossip/gossip.ts';
import type { GossipOptions } from '../../../src/gossip/gossip-options.ts';
import { eventually, startMember } from '../../support/gossip.ts';

let closing = new Disposal();
afterEach(async () => {
  await closing[Symbol.asyncDispose]();
  closing = new Disposal();
});

const start = async (name: string, change: Partial<GossipOptions> = {}): Promise<Gossip> =>
  closing.use(await startMember(name, { profile: 'local', ...change }));

test('of two of ours with one name the one that the pool knows stays; the other falls silent and says why', async () => {
  const [x, y, z] = [await start('x'), await start('y'), await start('z')];
  const at = `${y.address}:${y.port}`;
  await Promise.all([x.join([at]), z.join([at])]);
  await eventually(() => [x, y, z].every(({ members }) => members.size === 3), 5_000);
  const said: string[] = [];
  const log = { ...silent, error: (_: object, text: string) => void said.push(text) };
  const rival = await start('x', { id: 'id-other', log });
  await rival.join([at]);
  await eventually(() => said.length > 0, 8_000);
  expect(said).toEqual([`node name x is used by ${x.address}:${x.port}; set \`name\` in agent.yml`]);
  expect(() => rival.addEvent('deploy')).toThrow('node name x is used by');
  // The others go on with the first.
  x.addEvent('still-here');
  await eventually(() => y.events().some(({ name }) => name === 'still-here'), 2_000);
  for (const by of [y, z]) {
    const known = [...by.members.values()].find(({ name }) => name === 'x');
    expect(known).toMatchObject({ port: x.port, state: 'alive' });
  }
});
