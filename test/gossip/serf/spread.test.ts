import { describe, expect, test } from 'vitest';
import { Simulation } from '../../support/simulation.ts';

const payload = new Uint8Array([1]);

function pool(size: number, seed = 1) {
  const simulation = new Simulation({ seed });
  const names = simulation.addPool(size);
  expect(simulation.runUntil(() => simulation.allSee(names, 'alive'), 20_000)).toBeDefined();
  /** Who heard of which event how often, and when last. */
  const heard = new Map<string, number[]>();
  simulation.noticed = (by, effect) => {
    if (effect.type !== 'event') return;
    const key = `${effect.name} ${by}`;
    heard.set(key, [...(heard.get(key) ?? []), simulation.clock.now()]);
  };
  return { simulation, names, heard };
}

describe('an event', () => {
  test('reaches half of all deliveries in 30 members within 250 ms, and every member once', () => {
    const { simulation, names, heard } = pool(30);
    const delays: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const start = simulation.clock.now();
      simulation.give(`n${round}`, { type: 'tellEvent', name: `e${round}`, payload });
      simulation.run(3_000);
      const times = names.map((name) => heard.get(`e${round} ${name}`) ?? []);
      expect(times.every(({ length }) => length === 1)).toBe(true);
      delays.push(...times.map(([at = 0]) => at - start));
    }
    delays.sort((a, b) => a - b);
    expect(delays[delays.length / 2]).toBeLessThanOrEqual(250);
  });

  test('is not lost by any of 1,000 deliveries although 5 % of all datagrams are', () => {
    const { simulation, names, heard } = pool(20, 3);
    simulation.loss = 0.05;
    for (let round = 0; round < 50; round += 1) {
      simulation.give(`n${round % 20}`, { type: 'tellEvent', name: `e${round}`, payload });
      simulation.run(100);
    }
    simulation.run(10_000);
    const deliveries = names.flatMap((name) =>
      Array.from({ length: 50 }, (_, e) => heard.get(`e${e} ${name}`)?.length),
    );
    expect(deliveries).toHaveLength(1_000);
    expect(deliveries.every((times) => times === 1)).toBe(true);
  });

  test('that a member missed altogether is mended from the acks of its probes, without being marked as old', () => {
    const { simulation, names, heard } = pool(5);
    simulation.run(5_000);
    // Its datagrams are lost just while the event goes round.
    simulation.cut((_from, to) => to === 'n4');
    simulation.give('n0', { type: 'tellEvent', name: 'lost', payload });
    simulation.run(1_000);
    simulation.cut();
    expect(heard.has('lost n4')).toBe(false);
    expect(simulation.runUntil(() => heard.has('lost n4'), 10_000)).toBeDefined();
    simulation.run(5_000);
    expect(names.map((name) => heard.get(`lost ${name}`)?.length)).toEqual([1, 1, 1, 1, 1]);
  });

  test('that fits into no datagram reaches all of our kind over streams', () => {
    const { simulation, names, heard } = pool(20);
    simulation.give('n0', { type: 'tellEvent', name: 'big', payload: new Uint8Array(8_000) });
    expect(
      simulation.runUntil(() => names.every((name) => heard.get(`big ${name}`)?.length === 1), 15_000),
    ).toBeDefined();
  });

  test('is heard by one that joins later', () => {
    const { simulation, heard } = pool(3);
    simulation.give('n0', { type: 'tellEvent', name: 'early', payload });
    simulation.run(3_000);
    simulation.add('late');
    simulation.join('late', 'n1');
    expect(simulation.runUntil(() => heard.has('early late'), 1_000)).toBeDefined();
  });
});

test('while nothing happens nobody exchanges lists of events', () => {
  const { simulation, names } = pool(10);
  simulation.give('n0', { type: 'tellEvent', name: 'once', payload });
  simulation.run(120_000);
  expect(names.map((name) => simulation.core(name).counts.get('events_compared') ?? 0)).toEqual(names.map(() => 0));
});
