import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { Disposal } from '../../src/base/disposal.ts';
import type { Gossip } from '../../src/gossip/gossip.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { eventually, startMember } from '../support/gossip.ts';
import { LossyProxy } from '../support/proxy.ts';

/** The whole row of the specification takes ten minutes for each part that is lost. */
const SECONDS = Number(process.env['OPSBRO_LOSSY_SECONDS'] ?? 60);
const SIZE = 6;
const HOUR = 3_600;

interface Lossy {
  readonly members: readonly Gossip[];
  readonly proxies: readonly LossyProxy[];
  /** Who was held for dead, and by whom. */
  readonly deaths: string[];
}

/** Members that reach each other through proxies which lose nothing yet. */
async function pool(closing: Disposal): Promise<Lossy> {
  const deaths: string[] = [];
  const proxies: LossyProxy[] = [];
  const members: Gossip[] = [];
  for (let place = 0; place < SIZE; place += 1) {
    const name = `n${place}`;
    const proxy = closing.use(await LossyProxy.open(place));
    const bus = new Bus<AgentEvent>(() => {});
    bus.on('member-failed', ({ member }) => deaths.push(`${name}: ${member.name}`));
    const member = closing.use(await startMember(name, { bus, advertisePort: proxy.port }));
    proxy.leadTo(member.port);
    proxies.push(proxy);
    members.push(member);
  }
  const [first, ...others] = proxies;
  for (const member of members.slice(1)) await member.join([`127.0.0.1:${first?.port}`]);
  await eventually(() => members.every((each) => each.members.size === 1 + others.length), 30_000);
  return { members, proxies, deaths };
}

test.each([
  [0.05, 0],
  [0.15, 0],
  [0.3, 1],
])(
  'where %d of all datagrams is lost on the way, at most %i are taken for dead in an hour of a member',
  async (loss, limit) => {
    await using closing = new Disposal();
    const { members, proxies, deaths } = await pool(closing);
    for (const proxy of proxies) proxy.loss = loss;
    members[0]?.addEvent('deploy');
    await pause(SECONDS * 1_000);

    const lost = proxies.reduce((sum, proxy) => sum + proxy.lost, 0);
    const all = proxies.reduce((sum, proxy) => sum + proxy.lost + proxy.passed, 0);
    expect(lost / all).toBeGreaterThan(loss / 2);
    expect(new Set(deaths.map((death) => death.split(': ')[1])).size).toBeLessThanOrEqual(
      Math.ceil((limit * SIZE * SECONDS) / HOUR),
    );
    for (const { members: seen } of members)
      expect([...seen.values()].filter(({ state }) => state === 'alive' || state === 'suspect')).toHaveLength(SIZE);
    await eventually(() => members.every((each) => each.events().some(({ name }) => name === 'deploy')), 10_000);
  },
  (SECONDS + 120) * 1_000,
);
