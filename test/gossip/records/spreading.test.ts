import { describe, expect, test } from 'vitest';
import { PART_NAMES } from '../../../src/gossip/core/effect.ts';
import { Simulation } from '../../support/simulation.ts';

const many = (count: number, name: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, place) => [`${name}-${place}`, `${name} ${place} is well`]));

/** A pool in which everybody knows everybody. */
function pool(size: number, seed: number) {
  const simulation = new Simulation({ seed });
  const names = simulation.addPool(size);
  expect(simulation.runUntil(() => simulation.allSee(names, 'alive'), 10_000)).toBeDefined();
  simulation.run(3_000);
  return { simulation, names };
}

/** Whether all living members hold the same of a node as it holds itself. */
function isKnown(simulation: Simulation, name: string): boolean {
  const id = `id-${name}`;
  const own = simulation.core(name).record(id);
  return simulation.living.every((by) => {
    const record = simulation.core(by).record(id);
    return PART_NAMES.every((part) => {
      const [told, held] = [own[part].entries, record[part].entries];
      return told.size === held.size && [...told].every(([key, entry]) => sameBytes(held.get(key), entry));
    });
  });
}

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array) => a !== undefined && Buffer.compare(a, b) === 0;

/** After how many milliseconds a change of each of some members was known to all, the longest last. */
function timesOf(simulation: Simulation, names: readonly string[], limitMs: number): number[] {
  const times = names.map((name, place) => {
    simulation.say(name, 'checks', { 'core/load': `turn ${place}` });
    return simulation.runUntil(() => isKnown(simulation, name), limitMs) ?? Number.POSITIVE_INFINITY;
  });
  return times.sort((a, b) => a - b);
}

describe('a large record', () => {
  test('is known to 30 members within two seconds of joining and one of a change, with tags that stay small', () => {
    const { simulation } = pool(29, 3);
    simulation.add('big');
    simulation.say('big', 'checks', many(500, 'check'));
    simulation.say('big', 'base', many(50, 'group'));
    simulation.say('big', 'services', many(100, 'service'));
    simulation.join('big', 'n0');
    expect(simulation.runUntil(() => isKnown(simulation, 'big'), 2_000)).toBeDefined();
    simulation.run(3_000);
    simulation.say('big', 'services', { 'service-7': 'is down' });
    simulation.say('big', 'checks', { 'check-7': 'is critical' });
    expect(simulation.runUntil(() => isKnown(simulation, 'big'), 1_000)).toBeDefined();
    expect(simulation.core('big').self.meta.length).toBeLessThanOrEqual(512);
  });
});

describe('a change', () => {
  test('is known to 30 members within a second', () => {
    const { simulation, names } = pool(30, 4);
    expect(timesOf(simulation, names, 5_000).at(-1)).toBeLessThanOrEqual(1_000);
  });

  test('is known to 30 members within ten seconds although 30 % is lost', () => {
    const { simulation, names } = pool(30, 5);
    simulation.loss = 0.3;
    expect(timesOf(simulation, names.slice(0, 10), 60_000).at(-1)).toBeLessThanOrEqual(10_000);
  });

  test('is known within two push/pull periods although all gossip of it was lost', () => {
    const { simulation } = pool(10, 6);
    simulation.loss = 1;
    simulation.say('n3', 'checks', { 'core/load': 'critical' });
    simulation.run(3_000);
    simulation.loss = 0;
    expect(simulation.runUntil(() => isKnown(simulation, 'n3'), 60_000)).toBeDefined();
  });

  test('of a member that was restarted without memory is known all the same', () => {
    const { simulation } = pool(5, 7);
    simulation.say('n3', 'checks', { 'core/load': 'warning' });
    simulation.run(3_000);
    simulation.kill('n3');
    simulation.restart('n3');
    simulation.join('n3', 'n0');
    simulation.run(1_000);
    simulation.say('n3', 'checks', { 'core/disk': 'critical' });
    expect(simulation.runUntil(() => isKnown(simulation, 'n3'), 10_000)).toBeDefined();
  });
});
