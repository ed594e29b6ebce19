import { expect, test } from 'vitest';
import { living, membersAt, type Zoned, ZonedAgents } from '../support/zoned-agents.ts';

async function eventsAt({ agent }: Zoned): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${agent.ports.http}/agent/events`);
  const events = (await answer.json()) as { readonly type: string }[];
  return events
    .map(({ type }) => type)
    .sort()
    .join(' ');
}

const sees = (at: Zoned, names: string) => expect.poll(() => living(at), { timeout: 20_000 }).toBe(names);

test('nodes see their zone, the zones below, and the proxies right above', async () => {
  await using zones = new ZonedAgents(['internet', 'lan'], { network: 31, isKeyed: false });
  const n1 = await zones.start('n1', 'internet', { isProxy: true });
  const [n2, n3] = await Promise.all([
    zones.start('n2', 'internet', { seed: n1.agent }),
    zones.start('n3', 'lan', { isProxy: true, seed: n1.agent }),
  ]);
  const n4 = await zones.start('n4', 'lan', { seed: n3.agent });
  await Promise.all([sees(n1, 'n1 n2 n3 n4'), sees(n2, 'n1 n2 n3 n4'), sees(n3, 'n1 n3 n4'), sees(n4, 'n1 n3 n4')]);
  for (const member of await membersAt(n1)) expect(member.groups).toContain(`zone::${member.zone}`);
}, 60_000);

test.each([
  ['in the clear', 32, false],
  ['with a key for each zone', 33, true],
])(
  'three zones below one another %s: members are seen from above, and events go up',
  async (_, network, isKeyed) => {
    await using zones = new ZonedAgents(['lan', 'internet', 'customer-1'], { network, isKeyed });
    const n1 = await zones.start('n1', 'lan', { isProxy: true });
    const [n2, n3] = await Promise.all([
      zones.start('n2', 'lan', { seed: n1.agent }),
      zones.start('n3', 'internet', { isProxy: true, seed: n1.agent }),
    ]);
    const n4 = await zones.start('n4', 'customer-1', { isProxy: true, seed: n3.agent });
    const all = [n1, n2, n3, n4];
    await Promise.all([sees(n1, 'n1 n2 n3 n4'), sees(n2, 'n1 n2 n3 n4'), sees(n3, 'n1 n3 n4'), sees(n4, 'n3 n4')]);
    await Promise.all(all.map(({ agent }, place) => agent.opsbro('gossip', 'events', 'add', `e${place + 1}`)));
    const hears = (at: Zoned, names: string) => expect.poll(() => eventsAt(at), { timeout: 20_000 }).toBe(names);
    await Promise.all([hears(n1, 'e1 e2 e3 e4'), hears(n2, 'e1 e2 e3 e4'), hears(n3, 'e3 e4'), hears(n4, 'e4')]);
    const listed = (await n3.agent.opsbro('gossip', 'zone', 'list')).stdout;
    expect(listed).toContain('n1');
    if (isKeyed) expect((await n1.agent.opsbro('agent', 'info')).stdout).toContain('zone have a gossip key');
  },
  90_000,
);
