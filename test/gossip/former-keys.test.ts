import { describe, expect, test } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { FormerKeys } from '../../src/gossip/former-keys.ts';
import { type KeyringHolder, NO_KEYS } from '../../src/gossip/keyring-holder.ts';
import { type GossipKey, gossipKey, type Keyring } from '../../src/gossip/wire/keyring.ts';
import { eventually, startMember } from '../support/gossip.ts';

function keyOf(byte: number): GossipKey {
  const key = gossipKey(Buffer.alloc(32, byte));
  if (!key) throw new Error('32 bytes are a key');
  return key;
}

const [OLD, NEW] = [keyOf(1), keyOf(2)];
const THERE = { address: '10.0.0.1', port: 6_768 };
const ELSEWHERE = { address: '10.0.0.1', port: 6_769 };

const ring = (...[first, ...others]: Keyring): KeyringHolder => ({
  ...NO_KEYS,
  state: 'keyed',
  keyring: [first, ...others],
});

describe('who still has only a former key', () => {
  test('is spoken to with that, until it knows better or the key is gone', () => {
    const keys = new FormerKeys();
    expect(keys.for(THERE, [NEW, OLD])).toEqual([NEW, OLD]);
    keys.heard(THERE, OLD, [NEW, OLD]);
    expect(keys.for(THERE, [NEW, OLD])).toEqual([OLD, NEW]);
    expect(keys.for(ELSEWHERE, [NEW, OLD])).toEqual([NEW, OLD]);
    expect(keys.for(THERE, [NEW])).toEqual([NEW]);
    keys.heard(THERE, NEW, [NEW, OLD]);
    expect(keys.for(THERE, [NEW, OLD])).toEqual([NEW, OLD]);
  });

  test('is one of 1024 at most', () => {
    const keys = new FormerKeys();
    for (let port = 1; port <= 1_025; port += 1) keys.heard({ ...THERE, port }, OLD, [NEW, OLD]);
    expect(keys.for({ ...THERE, port: 1 }, [NEW, OLD])[0]).toBe(NEW);
    expect(keys.for({ ...THERE, port: 2 }, [NEW, OLD])[0]).toBe(OLD);
  });

  test('joins, stays, and can be asked', async () => {
    await using closing = new Disposal();
    const options = { overrides: { probeInterval: 100, probeTimeout: 50 } };
    const [a, b] = [
      closing.use(await startMember('a', { ...options, keys: ring(NEW, OLD) })),
      closing.use(await startMember('b', { ...options, keys: ring(NEW, OLD) })),
    ];
    const late = closing.use(await startMember('late', { ...options, keys: ring(OLD) }));
    await b.join([`${a.address}:${a.port}`]);
    expect([...(await late.join([`${a.address}:${a.port}`])).errors.values()]).toEqual([]);
    const states = () => [a, b, late].map(({ members }) => [...members.values()].map(({ state }) => state).join());
    const all = Array.from({ length: 3 }, () => 'alive,alive,alive');
    await eventually(() => states().join(' ') === all.join(' '), 5_000);
    const probes = [a, b, late].map(({ counters }) => counters.get('probes_ok') ?? 0);
    const goOn = () =>
      [a, b, late].every(({ counters }, place) => (counters.get('probes_ok') ?? 0) > (probes[place] ?? 0) + 10);
    await eventually(goOn, 10_000);
    expect(states()).toEqual(all);
    const { answers, silent } = await a.keyring('list');
    expect(silent).toEqual([]);
    expect(answers.find(({ node }) => node === 'late')?.keys).toEqual([OLD.fingerprint]);
  });
});
