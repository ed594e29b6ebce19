import { expect, test } from 'vitest';
import { living, membersAt, ZonedAgents } from '../support/zoned-agents.ts';

test('while the only proxy of a zone is down, the zone goes on, and above it counts as out of reach', async () => {
  await using zones = new ZonedAgents(['internet', 'lan'], { network: 41, isKeyed: true });
  const above = await zones.start('above', 'internet', { isProxy: true });
  const proxy = await zones.start('proxy', 'lan', { isProxy: true, seed: above.agent });
  const below = await zones.start('below', 'lan', { seed: proxy.agent });
  await expect.poll(() => living(above), { timeout: 20_000 }).toBe('above below proxy');

  const reach = async () => (await membersAt(above)).find(({ name }) => name === 'below');
  await proxy.agent.opsbro('agent', 'stop');
  await expect.poll(reach, { timeout: 20_000 }).toMatchObject({ reachable: false, state: 'alive' });
  const inside = async () => (await membersAt(below)).find(({ name }) => name === 'proxy');
  await expect.poll(inside, { timeout: 20_000 }).toMatchObject({ state: 'dead' });

  await zones.start('proxy', 'lan', { isProxy: true, seed: above.agent });
  await expect.poll(reach, { timeout: 5_000 }).toMatchObject({ reachable: true, state: 'alive' });
  await expect.poll(() => living(below), { timeout: 10_000 }).toBe('above below proxy');
}, 120_000);
