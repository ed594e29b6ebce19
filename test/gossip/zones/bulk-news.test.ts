import { describe, expect, test } from 'vitest';
import type { Full } from '../../../src/gossip/records/bodies.ts';
import type { OwnMessage } from '../../../src/gossip/wire/messages.ts';
import { OWN_KINDS } from '../../../src/gossip/wire/messages.ts';
import { type Packable, pack } from '../../../src/gossip/wire/pack.ts';
import { Simulation } from '../../support/simulation.ts';
import { node } from './world.ts';

const SECOND = 1_000;
/** More of them than one answer over a stream holds. */
const MANY = 14_000;
const MEMBERS = 8;

/** A pool that has been at rest for a while. */
function pool(seed: number): { readonly simulation: Simulation; readonly names: readonly string[] } {
  const simulation = new Simulation({ seed, bytes: true });
  const names = simulation.addPrimed(MEMBERS);
  simulation.run(5 * SECOND);
  return { simulation, names };
}

const recordOf = (place: number): Full => ({
  id: `id-a${place}`,
  part: 'checks',
  version: 1,
  entries: new Map([['disk', pack('ok')]]),
});

/** N0 hears of so many nodes of another zone, as over a link to it. */
function learn(simulation: Simulation, count: number): void {
  const places = Array.from({ length: count }, (_, place) => place);
  const nodes = places.map((place) => node(`a${place}`, 'lan'));
  simulation.give('n0', { type: 'learn', told: { nodes, fulls: places.map(recordOf) } });
}

const counted = (simulation: Simulation, names: readonly string[], counter: string) =>
  names.reduce((sum, name) => sum + (simulation.core(name).counts.get(counter) ?? 0), 0);

const waiting = (simulation: Simulation, names: readonly string[]) =>
  Math.max(...names.map((name) => simulation.core(name).queueDepths.get('own') ?? 0));

describe('a zone with thousands of members is linked', () => {
  const { simulation, names } = pool(1);
  learn(simulation, MANY);
  const depth = waiting(simulation, names);
  const isKnown = (name: string) => {
    const { foreigners } = simulation.core(name);
    return foreigners.size === MANY && simulation.core(name).record(`id-a${MANY - 1}`).checks.version === 1;
  };
  const took = simulation.runUntil(() => names.every(isKnown), 60 * SECOND) ?? Number.NaN;

  test('all members know all of them, and what they say of themselves, in seconds', () => {
    expect(took).toBeLessThan(15 * SECOND);
    const last = simulation.core(names.at(-1) ?? '');
    for (let place = 0; place < MANY; place += 1) expect(last.record(`id-a${place}`).checks.version).toBe(1);
  });

  test('gossip is not filled with them for minutes', () => {
    expect(depth).toBeLessThan(300);
    expect(counted(simulation, names, 'bulk_left_out')).toBeGreaterThan(MANY);
    const isQuiet = () => waiting(simulation, names) === 0;
    expect(simulation.runUntil(isQuiet, 120 * SECOND)).toBeDefined();
  });

  test('nobody compares any more once all know the same', () => {
    const before = counted(simulation, names, 'bulk_exchanges');
    expect(before).toBeLessThan(6 * MEMBERS);
    simulation.run(60 * SECOND);
    expect(counted(simulation, names, 'bulk_exchanges')).toBe(before);
  });

  test('who joins later learns of all without making others compare', () => {
    const before = counted(simulation, names, 'bulk_exchanges');
    simulation.add('late');
    simulation.join('late', 'n2');
    expect(simulation.runUntil(() => isKnown('late'), 60 * SECOND)).toBeDefined();
    simulation.run(10 * SECOND);
    expect(counted(simulation, names, 'bulk_exchanges')).toBe(before);
  });
});

test('what gossip has room for is left to it', () => {
  const { simulation, names } = pool(2);
  learn(simulation, 100);
  const isKnown = (name: string) => simulation.core(name).foreigners.size === 100;
  expect(simulation.runUntil(() => names.every(isKnown), 10 * SECOND)).toBeDefined();
  expect(counted(simulation, names, 'bulk_left_out')).toBe(0);
  expect(counted(simulation, names, 'bulk_exchanges')).toBe(0);
});

describe('somebody says without end that there is much', () => {
  const told = (counter: number, body: Packable): OwnMessage => ({
    kind: 'own',
    boot: new Uint8Array(8).fill(1),
    counter,
    ownKind: OWN_KINDS.bulk,
    body: pack(body),
    sender: 'n1',
    version: 1,
  });
  const flooded = (body: Packable) => {
    const { simulation } = pool(3);
    const adversary = simulation.addAdversary();
    adversary.flood('n0', 50, 20 * SECOND, (place) => [told(place + 1, body)]);
    simulation.run(25 * SECOND);
    return simulation.core('n0').counts;
  };

  test('it is believed seldom enough', () => {
    const exchanges = flooded(new Uint8Array(8).fill(7)).get('bulk_exchanges') ?? 0;
    expect(exchanges).toBeGreaterThan(0);
    expect(exchanges).toBeLessThanOrEqual(11);
  });

  test.each([
    ['too short a digest', new Uint8Array(7)],
    ['a text', 'x'],
    ['nothing', null],
  ])('%s is dropped and counted', (_, body) => {
    const counts = flooded(body);
    expect(counts.get('bulk_exchanges')).toBeUndefined();
    expect(counts.get('dropped_own_malformed')).toBe(1_000);
  });
});
