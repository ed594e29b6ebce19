import { describe, expect, test } from 'vitest';
import { Simulation } from '../support/simulation.ts';

const pool = (size: number, seed = 1) => {
  const simulation = new Simulation({ seed });
  const names = simulation.addPool(size);
  expect(simulation.runUntil(() => simulation.allSee(names, 'alive'), 10_000)).toBeDefined();
  simulation.run(10_000);
  simulation.sightings.length = 0;
  return { simulation, names };
};

const happened = ({ sightings }: Simulation, change: string) => sightings.filter((each) => each.change === change);

describe('a cut of one direction between two members, for ten minutes', () => {
  test.each([1, 2, 3])('kills nobody and is rarely noticed (seed %i)', (seed) => {
    const { simulation, names } = pool(5, seed);
    simulation.cut((from, to) => from === 'n0' && to === 'n1');
    simulation.run(600_000);
    expect(happened(simulation, 'member-failed')).toEqual([]);
    expect(simulation.allSee(names, 'alive')).toBe(true);
    const suspicions = names.reduce((sum, by) => sum + (simulation.core(by).counts.get('probes_failed') ?? 0), 0);
    expect(suspicions).toBeLessThanOrEqual(10);
  });
});

describe('a member that receives nothing', () => {
  const deaf = (seed: number, ms: number) => {
    const { simulation, names } = pool(6, seed);
    simulation.run(30_000);
    const idle = simulation.packets;
    simulation.run(60_000);
    const before = simulation.packets;
    simulation.cut((_, to) => to === 'n3');
    simulation.run(ms);
    return { simulation, names, others: names.filter((name) => name !== 'n3'), before, idle: before - idle };
  };

  test.each([1, 2, 3])('is dead to the others within 15 s, and makes them suspect nobody else (seed %i)', (seed) => {
    const { simulation, others } = deaf(seed, 15_000);
    for (const by of others) expect(simulation.seen(by, 'n3')).toBe('dead');
    simulation.run(120_000);
    const accused = simulation.sightings.filter(({ by, member }) => by !== 'n3' && member !== 'n3');
    expect(accused).toEqual([]);
    expect(simulation.core('n3').isIsolated).toBe(true);
  });

  test.each([1, 2, 3])('is alive within 5 s of hearing again, and nobody else was ever in doubt (seed %i)', (seed) => {
    const { simulation, names } = deaf(seed, 120_000);
    simulation.cut();
    expect(simulation.runUntil(() => simulation.allSee(names, 'alive'), 5_000)).toBeDefined();
    const accused = simulation.sightings.filter(({ by, member }) => by !== 'n3' && member !== 'n3');
    expect(accused).toEqual([]);
  });

  test('costs the others little', () => {
    const { simulation, before, idle } = deaf(1, 60_000);
    expect(simulation.packets - before).toBeLessThan(3 * idle);
  });
});

describe('a member that stands still', () => {
  test.each([1, 2])('for three seconds is not dead (seed %i)', (seed) => {
    const { simulation, names } = pool(5, seed);
    simulation.pause('n2', 3_000);
    simulation.run(30_000);
    expect(happened(simulation, 'member-failed')).toEqual([]);
    expect(simulation.allSee(names, 'alive')).toBe(true);
  });

  test.each([
    [20_000, 1],
    [20_000, 2],
    [120_000, 1],
    [120_000, 2],
  ])('for %i ms is dead, accuses nobody, and is alive within 5 s of waking (seed %i)', (ms, seed) => {
    const { simulation, names } = pool(5, seed);
    const before = simulation.core('n2').self.incarnation;
    simulation.pause('n2', ms);
    simulation.run(ms - 1);
    expect(simulation.seen('n0', 'n2')).toBe('dead');
    expect(simulation.runUntil(() => simulation.allSee(names, 'alive'), 5_000)).toBeDefined();
    expect(simulation.core('n2').self.incarnation).toBeGreaterThan(before);
    expect(simulation.sightings.filter(({ member }) => member !== 'n2')).toEqual([]);
    expect(
      simulation
        .core('n2')
        .evidence('n2')
        .some(({ kind }) => kind === 'paused'),
    ).toBe(true);
  });

  test('half of the time, as two of five do, is no reason to doubt the other three', () => {
    const { simulation } = pool(5);
    for (let round = 0; round < 60; round += 1) {
      for (const name of ['n1', 'n2']) simulation.pause(name, 1_000);
      simulation.run(2_000);
    }
    const healthy = new Set(['n0', 'n3', 'n4']);
    expect(happened(simulation, 'member-failed').filter(({ member }) => healthy.has(member))).toEqual([]);
  });
});

test.each([2, 5])('two members of %i between which UDP is blocked stay alive, and know it', (size) => {
  const { simulation, names } = pool(size);
  const pair = new Set(['n0', 'n1']);
  simulation.cut((from, to, transport) => transport === 'udp' && pair.has(from) && pair.has(to));
  simulation.run(120_000);
  expect(simulation.allSee(names, 'alive')).toBe(true);
  expect(simulation.sightings).toEqual([]);
  expect(simulation.core('n0').counts.get('probes_failed') ?? 0).toBe(0);
});

test.each([1, 2])('two halves that find together again never doubt their own (seed %i)', (seed) => {
  const { simulation, names } = pool(20, seed);
  const side = (name: string) => Number(name.slice(1)) % 2;
  simulation.cut((from, to) => side(from) !== side(to));
  simulation.run(60_000);
  expect(simulation.seen('n0', 'n1')).toBe('dead');
  simulation.cut();
  simulation.run(15_000);
  expect(simulation.allSee(names, 'alive')).toBe(true);
  const own = happened(simulation, 'member-failed').filter(({ by, member }) => side(by) === side(member));
  expect(own).toEqual([]);
});

test('five members that are restarted one after the other, each within three seconds, are dead to nobody', () => {
  const { simulation, names } = pool(5);
  for (const name of names) {
    simulation.kill(name);
    simulation.run(2_500);
    simulation.restart(name);
    simulation.join(name, name === 'n0' ? 'n1' : 'n0');
    simulation.run(5_000);
  }
  expect(happened(simulation, 'member-failed')).toEqual([]);
  expect(simulation.allSee(names, 'alive')).toBe(true);
});

test('a member whose name another claims in vain stays', () => {
  const { simulation, names } = pool(4);
  const { self } = simulation.core('n1');
  const messages = [{ ...self, kind: 'alive', node: 'n1', incarnation: 90, port: 9_999 } as const];
  const from = { address: '10.0.0.9', port: 9_999 };
  const effects = simulation.core('n2').step({ type: 'packet', from, messages }, simulation.clock.now());
  expect(effects.some(({ type }) => type === 'conflict')).toBe(true);
  simulation.run(60_000);
  expect(names.every((by) => simulation.core(by).nodes.get('n1')?.port === self.port)).toBe(true);
});
