import { expect, test } from 'vitest';
import type { Full } from '../../../src/gossip/records/bodies.ts';
import { pack } from '../../../src/gossip/wire/pack.ts';
import type { ForeignNode } from '../../../src/gossip/zones/foreign-node.ts';
import { Simulation } from '../../support/simulation.ts';
import { node } from './world.ts';

const SECOND = 1_000;
const NAMES = ['n0', 'n1', 'n2', 'n3', 'n4'] as const;

/** A pool that has been at rest for a while. */
function pool(seed: number): Simulation {
  const simulation = new Simulation({ seed, bytes: true });
  simulation.addPrimed(NAMES.length);
  simulation.run(5 * SECOND);
  return simulation;
}

const tell = (simulation: Simulation, by: string, ...nodes: ForeignNode[]) =>
  simulation.give(by, { type: 'learn', told: { nodes } });

const stateAt = (simulation: Simulation, name: string, id: string) => simulation.core(name).foreigners.get(id)?.state;

/** A record with this text in it. */
const said = (id: string, version: number, text: string): Full => ({
  id,
  part: 'checks',
  version,
  entries: new Map([['x', pack(text)]]),
});

const isHeard = (simulation: Simulation, id: string, version: number) =>
  NAMES.every((name) => simulation.core(name).record(id).checks.version === version);

test('who is in another zone is known to all members at once, and is no member', () => {
  const simulation = pool(1);
  tell(simulation, 'n0', node('a', 'lan'));
  const known = () => NAMES.every((name) => stateAt(simulation, name, 'id-a') === 'alive');
  expect(simulation.runUntil(known, SECOND)).toBeDefined();
  tell(simulation, 'n3', node('a', 'lan', { state: 'dead' }));
  const dead = () => NAMES.every((name) => stateAt(simulation, name, 'id-a') === 'dead');
  expect(simulation.runUntil(dead, SECOND)).toBeDefined();
  for (const name of NAMES) expect(simulation.core(name).nodes.size).toBe(NAMES.length);
});

test.each([
  ['a short one', 'x'],
  ['one that is too long for gossip', 'x'.repeat(3_000)],
])('what a node of another zone says of itself comes to all members: %s', (_, text) => {
  const simulation = pool(2);
  const told = { nodes: [node('a', 'lan')], fulls: [said('id-a', 3, text)] };
  simulation.give('n0', { type: 'learn', told });
  expect(simulation.runUntil(() => isHeard(simulation, 'id-a', 3), 3 * SECOND)).toBeDefined();
  const delta = { id: 'id-a', part: 'checks', from: 3, to: 4, set: new Map([['y', pack(1)]]), del: ['x'] } as const;
  simulation.give('n1', { type: 'learn', told: { deltas: [delta] } });
  expect(simulation.runUntil(() => isHeard(simulation, 'id-a', 4), SECOND)).toBeDefined();
  expect([...simulation.core('n4').record('id-a').checks.entries.keys()]).toEqual(['y']);
});

test('whoever joins later learns of all of them', () => {
  const simulation = pool(3);
  const nodes = Array.from({ length: 300 }, (_, place) => node(`a${place}`, 'lan'));
  simulation.give('n0', { type: 'learn', told: { nodes, fulls: [said('id-a7', 2, 'x')] } });
  simulation.run(10 * SECOND);
  simulation.add('late');
  simulation.join('late', 'n2');
  const { foreigners } = simulation.core('late');
  expect(simulation.runUntil(() => foreigners.size === 300, SECOND)).toBeDefined();
  expect(simulation.core('late').record('id-a7').checks.version).toBe(2);
});

test('what gossip lost is mended by what probes say', () => {
  const simulation = pool(4);
  simulation.cut((from, to) => from === 'n0' || to === 'n0');
  tell(simulation, 'n0', node('a', 'lan'));
  simulation.run(2 * SECOND);
  simulation.cut();
  const known = () => NAMES.every((name) => stateAt(simulation, name, 'id-a') === 'alive');
  expect(simulation.runUntil(known, 60 * SECOND)).toBeDefined();
});

test('nobody who may not be seen, and nobody of the pool itself, is taken for one of another zone', () => {
  const simulation = pool(5);
  tell(simulation, 'n0', node('a', 'internet'), { ...node('n1', 'lan'), id: 'id-n1' });
  expect(simulation.core('n0').foreigners.size).toBe(0);
  simulation.give('n0', { type: 'learn', told: { fulls: [said('id-z', 1, 'x')] } });
  expect(simulation.core('n0').record('id-z').checks.version).toBe(0);
});

test('whoever comes over into the pool is a member and no longer one of another zone', () => {
  const simulation = pool(6);
  tell(simulation, 'n0', { ...node('over', 'lan'), id: 'id-over' });
  simulation.run(SECOND);
  simulation.add('over');
  simulation.join('over', 'n1');
  simulation.run(2 * SECOND);
  for (const name of NAMES) expect(simulation.core(name).foreigners.size).toBe(0);
  expect(simulation.allSee(['over'], 'alive')).toBe(true);
});
