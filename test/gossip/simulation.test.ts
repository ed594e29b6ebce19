import { describe, expect, test } from 'vitest';
import { Simulation } from '../support/simulation.ts';

const pool = (size: number, seed = 1) => {
  const simulation = new Simulation({ seed });
  const names = simulation.addPool(size);
  expect(simulation.runUntil(() => simulation.allSee(names, 'alive'), 10_000)).toBeDefined();
  return { simulation, names };
};

test('three members see each other within a second of joining', () => {
  const simulation = new Simulation({ seed: 1 });
  const names = simulation.addPool(3);
  expect(simulation.runUntil(() => simulation.allSee(names, 'alive'), 1_000)).toBeDefined();
});

test('a member that is killed is suspected, then dead within ten seconds, and alive again soon after it is back', () => {
  const { simulation } = pool(3);
  simulation.kill('n2');
  expect(simulation.runUntil(() => simulation.allSee(['n2'], 'suspect'), 5_000)).toBeDefined();
  expect(simulation.runUntil(() => simulation.allSee(['n2'], 'dead'), 10_000)).toBeDefined();
  simulation.restart('n2');
  simulation.join('n2', 'n0');
  expect(simulation.runUntil(() => simulation.allSee(['n0', 'n1', 'n2'], 'alive'), 2_000)).toBeDefined();
});

test('a member that leaves is seen as left within a second, and is never taken for dead', () => {
  const { simulation } = pool(3);
  simulation.leave('n2');
  expect(
    simulation.runUntil(() => ['n0', 'n1'].every((by) => simulation.seen(by, 'n2') === 'left'), 1_000),
  ).toBeDefined();
  simulation.run(60_000);
  expect(simulation.sightings.filter(({ change }) => change === 'member-failed')).toEqual([]);
});

test.each([0, 300, 600, 900, 1_200, 1_500, 1_800])(
  'a member that leaves %d ms after a change of its record, which goes on changing, is gone all the same',
  (ms) => {
    const { simulation } = pool(3);
    simulation.run(5_000);
    simulation.say('n2', 'base', { groups: 'web' });
    simulation.run(ms);
    simulation.leave('n2');
    for (let round = 0; round < 30; round++) {
      simulation.say('n2', 'checks', { 'core/load': `round ${round}` });
      simulation.run(100);
    }
    simulation.run(60_000);
    expect(['n0', 'n1'].map((by) => simulation.seen(by, 'n2'))).toEqual(['left', 'left']);
    const changes = simulation.sightings.filter(({ member }) => member === 'n2').map(({ change }) => change);
    expect(new Set(changes.slice(changes.indexOf('member-leave')))).toEqual(new Set(['member-leave']));
  },
);

test('a member that left and comes back is alive', () => {
  const { simulation } = pool(3);
  simulation.leave('n2');
  simulation.run(10_000);
  simulation.kill('n2');
  simulation.restart('n2');
  simulation.join('n2', 'n0');
  expect(simulation.runUntil(() => simulation.allSee(['n0', 'n1', 'n2'], 'alive'), 2_000)).toBeDefined();
  simulation.run(70_000);
  expect(simulation.allSee(['n0', 'n1', 'n2'], 'alive')).toBe(true);
});

test('while nothing happens nobody is suspected and little is sent', () => {
  const { simulation, names } = pool(3);
  simulation.run(5_000);
  const before = simulation.packets;
  simulation.sightings.length = 0;
  simulation.run(60_000);
  expect(simulation.sightings).toEqual([]);
  // A ping and its ack per second and member.
  expect((simulation.packets - before) / 60 / names.length).toBeLessThan(2.3);
});

test('a member that others cannot reach directly is reached through a third', () => {
  const { simulation, names } = pool(3);
  const pair = new Set(['n0', 'n1']);
  simulation.cut((from, to) => pair.has(from) && pair.has(to));
  simulation.sightings.length = 0;
  simulation.run(120_000);
  expect(simulation.allSee(names, 'alive')).toBe(true);
  expect(simulation.sightings).toEqual([]);
});

test('two halves that were cut apart grow together again', () => {
  const { simulation, names } = pool(10);
  const side = (name: string) => Number(name.slice(1)) % 2;
  simulation.cut((from, to) => side(from) !== side(to));
  simulation.run(60_000);
  expect(simulation.seen('n0', 'n1')).toBe('dead');
  expect(simulation.seen('n0', 'n2')).toBe('alive');
  simulation.cut();
  expect(simulation.runUntil(() => simulation.allSee(names, 'alive'), 30_000)).toBeDefined();
});

describe('what a member says of itself', () => {
  const told = (simulation: Simulation, name: string, part: 'base' | 'checks', key: string) =>
    simulation.living.every((by) => simulation.core(by).record(`id-${name}`)[part].entries.has(key));

  test('is known everywhere within a second', () => {
    const { simulation } = pool(10);
    simulation.say('n3', 'checks', { 'core/load': 'critical' });
    expect(simulation.runUntil(() => told(simulation, 'n3', 'checks', 'core/load'), 1_000)).toBeDefined();
  });

  test('is fetched when it is too long for gossip', () => {
    const { simulation } = pool(5);
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, place) => [`pack/check-${place}`, 'ok']));
    simulation.say('n3', 'checks', many);
    expect(simulation.runUntil(() => told(simulation, 'n3', 'checks', 'pack/check-499'), 3_000)).toBeDefined();
  });

  test('is known to one that joins later', () => {
    const { simulation } = pool(5);
    simulation.say('n3', 'base', { hosting: 'bare metal' });
    simulation.run(5_000);
    simulation.add('late');
    simulation.join('late', 'n0');
    expect(simulation.runUntil(() => told(simulation, 'n3', 'base', 'hosting'), 1_000)).toBeDefined();
  });

  test('of one that joins is known to all', () => {
    const { simulation } = pool(5);
    simulation.add('late');
    simulation.say('late', 'base', { hosting: 'bare metal' });
    simulation.join('late', 'n0');
    expect(simulation.runUntil(() => told(simulation, 'late', 'base', 'hosting'), 2_000)).toBeDefined();
  });

  test('gets through although much is lost', () => {
    const { simulation } = pool(10);
    simulation.loss = 0.3;
    simulation.say('n3', 'checks', { 'core/load': 'critical' });
    expect(simulation.runUntil(() => told(simulation, 'n3', 'checks', 'core/load'), 10_000)).toBeDefined();
  });
});

describe('a pool of 100', () => {
  test('finds together, notices deaths and leaves, and accuses nobody else, although packets are lost', () => {
    const { simulation, names } = pool(100, 7);
    simulation.loss = 0.02;
    simulation.kill('n50');
    simulation.leave('n60');
    const rest = names.filter((name) => name !== 'n50' && name !== 'n60');
    expect(simulation.runUntil(() => simulation.allSee(['n50'], 'dead'), 30_000)).toBeDefined();
    expect(rest.every((by) => simulation.seen(by, 'n60') === 'left')).toBe(true);
    expect(simulation.allSee(rest, 'alive')).toBe(true);
    const dead = simulation.sightings.filter(({ change }) => change === 'member-failed').map(({ member }) => member);
    expect(new Set(dead)).toEqual(new Set(['n50']));
  });

  test.each([{ bytes: false }, { bytes: true }])('runs the same way twice by the same seed (%o)', ({ bytes }) => {
    const hash = () => {
      const simulation = new Simulation({ seed: 42, bytes });
      simulation.addPool(bytes ? 30 : 100);
      simulation.loss = 0.05;
      simulation.run(5_000);
      simulation.kill('n3');
      simulation.run(5_000);
      return simulation.traceHash;
    };
    expect(hash()).toBe(hash());
  });
});
