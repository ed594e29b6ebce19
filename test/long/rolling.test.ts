import { expect, test } from 'vitest';
import { DoorTraffic } from '../support/door-traffic.ts';
import { KvAgents } from '../support/kv-agents.ts';
import { KvTraffic } from '../support/kv-traffic.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const addressOf = (name: string) => `127.0.10.${NAMES.indexOf(name) + 1}`;
const TIMEOUT_MS = 1_200_000;

/** Samples that an agent took since its start. */
async function taken(agents: KvAgents, name: string): Promise<number> {
  const { samples } = (await agents.get(name).json('statsd', 'stats')) as { samples: number };
  return samples;
}

test(
  'each of five nodes is restarted under load of keys, names and counts: none is lost, wrong or taken for dead',
  async () => {
    await using agents = new KvAgents(NAMES, {
      where: (name) => ({ address: addressOf(name) }),
      gossipPort: 26_768,
      peerPort: 26_767,
      isKeyed: true,
      env: {
        OPSBRO_KV__REBALANCE_DELAY: '15s',
        OPSBRO_DNS__ENABLED: 'true',
        OPSBRO_STATSD__ENABLED: 'true',
        OPSBRO_STATSD__PORT: '0',
      },
    });
    for (const name of NAMES) await agents.start(name);
    await agents.settled(NAMES, 120_000);
    const asked = { name: 'kv.group.internet.opsbro', addresses: NAMES.map(addressOf) };
    // More writes would come to a key again before one that is tried a second time.
    await using keys = new KvTraffic(agents, NAMES, { reads: 40, writes: 10 });
    await using doors = new DoorTraffic(agents, NAMES, { rates: { names: 75, samples: 75 }, asked });
    await expect.poll(() => doors.answers, { timeout: 30_000 }).toBeGreaterThan(100);
    for (const name of NAMES) {
      const sent = await doors.down(name);
      expect(sent).toBeGreaterThan(0);
      expect(await taken(agents, name)).toBe(sent);
      await agents.get(name).opsbro('agent', 'stop', '--leave');
      await agents.get(name).ended();
      await agents.start(name);
      await agents.settled(NAMES, 120_000);
      doors.up(name);
    }
    expect(keys.failures).toEqual([]);
    expect(doors.wrong).toEqual([]);
    expect(keys.requests).toBeGreaterThan(500);
    expect(doors.answers).toBeGreaterThan(500);
    for (const name of NAMES) {
      const { stdout } = await agents.get(name).opsbro('gossip', 'history');
      expect(stdout.split('\n').filter((line) => line.includes('dead'))).toEqual([]);
    }
  },
  TIMEOUT_MS,
);
