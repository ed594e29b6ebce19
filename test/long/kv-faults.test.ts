import { expect } from 'vitest';
import { KvAgents } from '../support/kv-agents.ts';
import { KvLoad } from '../support/kv-load.ts';
import { KvTraffic } from '../support/kv-traffic.ts';
import { type Segment, testOnSegment } from '../support/namespaces.ts';

// Five agents, each in a network of its own as on a machine of its own, under load, while things go wrong.

const NAMES = ['a', 'b', 'c', 'd', 'e'];
/** Rounds of killing: 50 in all, unless told otherwise. */
const ROUNDS = Number(process.env['KV_ROUNDS'] ?? 50);
const TIMEOUT_MS = 3_600_000;
/** How long packets are lost. */
const LOSS_MS = Number(process.env['KV_LOSS_MS'] ?? 300_000);
/** Requests a second beside restarts, on a machine that runs all five. */
const RATES = { reads: 40, writes: 10 };

async function fiveOn(segment: Segment, rebalanceDelay = '3s'): Promise<KvAgents> {
  const machines = new Map(NAMES.map((name, at) => [name, segment.plug(name, [`10.7.0.${at + 1}/24`])] as const));
  const agents = new KvAgents(NAMES, {
    where: (name) => ({
      address: `10.7.0.${NAMES.indexOf(name) + 1}`,
      launcher: machines.get(name)?.launcher ?? [],
    }),
    gossipPort: 6_768,
    peerPort: 6_767,
    isKeyed: true,
    env: { OPSBRO_KV__REBALANCE_DELAY: rebalanceDelay },
  });
  for (const name of NAMES) await agents.start(name);
  await agents.settled(NAMES, 120_000);
  return agents;
}

/** Deletes a key on the smaller side. What nobody there ever had is not deleted, and stays what the larger side wrote. */
async function deleted(agents: KvAgents, key: string): Promise<string | number> {
  const { status, body } = await agents.ask('e', 'DELETE', `/kv/${key}`);
  expect(status).toBe(200);
  const { version } = JSON.parse(body.toString()) as { readonly version: string | null };
  return version === null ? 'majority' : 404;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

testOnSegment(
  'nothing acknowledged is lost while nodes are killed one after the other, and some lose their disk',
  async (segment) => {
    await using agents = await fiveOn(segment);
    await using load = new KvLoad(agents, NAMES);
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = NAMES[round % NAMES.length] ?? 'a';
      await pause(2_000);
      load.avoid(name);
      await agents.kill(name);
      if (round % 5 === 4) agents.wipe(name);
      await pause(2_000);
      await agents.start(name);
      load.avoid(undefined);
      await agents.settled(NAMES, 120_000);
    }
    expect(await load.faults()).toEqual([]);
    expect(load.acknowledged).toBeGreaterThan(ROUNDS);
  },
  TIMEOUT_MS,
);

testOnSegment(
  'two nodes are killed at once: what was acknowledged is asked for in vain at worst, and never missing',
  async (segment) => {
    await using agents = await fiveOn(segment);
    await using load = new KvLoad(agents, ['a', 'b', 'c']);
    await pause(5_000);
    await load.pause();
    // What is younger than some seconds may be on two nodes only.
    await pause(6_000);
    await Promise.all([agents.kill('d'), agents.kill('e')]);
    load.resume();
    expect(await load.faults({ mayBeRefused: true })).toEqual([]);
    await agents.settled(['a', 'b', 'c'], 120_000);
    expect(await load.faults()).toEqual([]);
  },
  TIMEOUT_MS,
);

testOnSegment(
  'a partition with writes and deletes on both sides: one winner everywhere after it, and what was deleted last stays so',
  async (segment) => {
    await using agents = await fiveOn(segment);
    const keys = Array.from({ length: 40 }, (_, each) => `both/${each}`);
    for (const key of keys) expect(await agents.put('a', key, 'before')).toBe(200);
    for (const name of ['d', 'e']) segment.move(name, 1);
    await agents.settled(['a', 'b', 'c'], 120_000);
    await agents.settled(['d', 'e'], 120_000);
    for (const key of keys) expect(await agents.put('a', key, 'majority')).toBe(200);
    const expected = new Map<string, string | number>();
    for (const [at, key] of keys.entries()) {
      if (at % 2 === 0) expect(await agents.put('e', key, 'minority')).toBe(200);
      expected.set(key, at % 2 === 0 ? 'minority' : await deleted(agents, key));
    }
    for (const name of ['d', 'e']) segment.move(name, 0);
    await agents.settled(NAMES, 120_000);
    for (const key of keys) {
      for (const name of NAMES) expect(await agents.value(name, key)).toBe(expected.get(key));
      const copies = new Set((await agents.copies('a', key)).values());
      expect(copies.size).toBe(1);
    }
  },
  TIMEOUT_MS,
);

testOnSegment(
  'every node is restarted, one after the other, under load: no request fails twice, and nothing is missing',
  async (segment) => {
    await using agents = await fiveOn(segment, '15s');
    await using traffic = new KvTraffic(agents, NAMES, RATES);
    await pause(3_000);
    for (const name of NAMES) {
      agents.get(name).kill('SIGTERM');
      await agents.get(name).ended();
      await agents.start(name);
      await agents.settled(NAMES, 120_000);
      // Whom this node sent away is on the way to the next one, which is not to end in that very moment.
      await expect.poll(() => traffic.refused, { timeout: 10_000 }).toBe(0);
    }
    expect(traffic.failures).toEqual([]);
    expect(traffic.requests).toBeGreaterThan(100);
  },
  TIMEOUT_MS,
);

testOnSegment(
  'a node comes to the ring and leaves it again under load: no key is missing at any moment',
  async (segment) => {
    await using agents = await fiveOn(segment);
    await agents.kill('e');
    agents.wipe('e');
    await agents.settled(NAMES.slice(0, 4), 120_000);
    await using traffic = new KvTraffic(agents, NAMES.slice(0, 4), RATES);
    await pause(3_000);
    await agents.start('e');
    await agents.settled(NAMES, 120_000);
    await pause(2_000);
    const left = await agents.get('e').opsbro('gossip', 'leave', '--yes');
    expect(left).toMatchObject({ code: 0 });
    await agents.settled(NAMES.slice(0, 4), 120_000);
    await pause(2_000);
    expect(traffic.failures.filter((failure) => /404|after/.test(failure))).toEqual([]);
    expect(traffic.failures.length).toBeLessThanOrEqual(traffic.requests / 1_000);
  },
  TIMEOUT_MS,
);

testOnSegment(
  'fifteen of a hundred packets are lost everywhere: what was acknowledged is there, and answers come within a second',
  async (segment) => {
    await using agents = await fiveOn(segment, '30s');
    segment.lose(15);
    await using traffic = new KvTraffic(agents, NAMES, { reads: 150, writes: 50 });
    await pause(LOSS_MS);
    await traffic.end();
    segment.lose(0);
    expect(traffic.failures.filter((failure) => /404|after/.test(failure))).toEqual([]);
    expect(traffic.failures.length).toBeLessThanOrEqual(traffic.requests / 1_000);
    expect(traffic.within(0.99)).toBeLessThanOrEqual(1_000);
    await agents.settled(NAMES, 120_000);
  },
  TIMEOUT_MS,
  ['ip', 'nft'],
);
