import { expect, test } from 'vitest';
import { seeded } from '../../../src/base/random.ts';
import { Core } from '../../../src/gossip/core/core.ts';
import type { Effect } from '../../../src/gossip/core/effect.ts';
import { PROFILES } from '../../../src/gossip/core/profile.ts';
import { pack } from '../../../src/gossip/wire/pack.ts';

/** A member that knows nobody, and what it wanted done. */
function alone() {
  const core = new Core({
    name: 'n',
    address: '10.0.0.1',
    port: 1,
    incarnation: 1,
    profile: PROFILES.lan,
    random: seeded(1),
    facts: { id: 'id-n', zone: 'internet', isProxy: false, tags: new Map() },
    boot: new Uint8Array(8),
  });
  const effects: Effect[] = [...core.start(0)];
  const change = (set: Readonly<Record<string, Uint8Array>>, del: readonly string[] = []) => {
    const entries = new Map(Object.entries(set));
    effects.push(...core.step({ type: 'setEntries', part: 'services', change: { set: entries, del } }, 0));
  };
  const names = () => [...core.record('id-n').services.entries.keys()].sort();
  const leftOut = () => effects.flatMap((effect) => (effect.type === 'oversize' ? [effect.leftOut] : []));
  return { core, effects, change, names, leftOut };
}

const big = pack('x'.repeat(30_000));

test('what a part has no room for is left out by name order, said once, and comes back when there is room', () => {
  const { change, names, leftOut } = alone();
  change({ b: big, c: big, d: pack('small') });
  change({ a: big });
  expect(names()).toEqual(['a', 'b', 'd']);
  change({ d: pack('smaller') });
  expect(leftOut()).toEqual([1]);
  change({}, ['b']);
  expect(names()).toEqual(['a', 'c', 'd']);
  expect(leftOut()).toEqual([1, 0]);
});

test('an entry that was left out and is taken back is gone for good', () => {
  const { change, names, leftOut } = alone();
  change({ a: big, b: big, c: big });
  change({}, ['c']);
  change({}, ['a']);
  expect(names()).toEqual(['b']);
  expect(leftOut()).toEqual([1, 0]);
});
