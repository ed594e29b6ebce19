import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../src/gossip/core/effect.ts';
import type { PushPull } from '../../../src/gossip/wire/messages.ts';
import { Simulation } from '../../support/simulation.ts';

const EVENT = Buffer.from('as an example');
const MINUTE = 60_000;

/** Three members that have come to rest after an event, and what they exchange from then on. */
function atRest() {
  const simulation = new Simulation({ seed: 7 });
  const names = simulation.addPool(3);
  simulation.run(5_000);
  simulation.give('n0', { type: 'tellEvent', name: 'deploy', payload: EVENT });
  simulation.run(MINUTE);
  const exchanges: { readonly by: string; readonly message: PushPull }[] = [];
  simulation.noticed = (by: string, effect: Effect) => {
    if (effect.type !== 'request' && effect.type !== 'answer') return;
    if (effect.message.kind === 'pushPull') exchanges.push({ by, message: effect.message });
  };
  return { simulation, names, exchanges };
}

const eventsIn = ({ message }: { readonly message: PushPull }): number => message.serf?.events.length ?? 0;

describe('members that have heard the same', () => {
  test('compare a few bytes instead of repeating it', () => {
    const { simulation, exchanges } = atRest();
    simulation.run(3 * MINUTE);
    expect(exchanges.length).toBeGreaterThan(10);
    for (const exchange of exchanges) {
      expect(eventsIn(exchange)).toBe(0);
      expect(exchange.message.serf?.opsbro?.length ?? 0).toBeLessThan(50);
      expect(exchange.message.nodes).toEqual([]);
    }
  });

  test('tell everything to one that comes', () => {
    const { simulation, exchanges } = atRest();
    simulation.add('late');
    simulation.join('late', 'n1');
    simulation.run(1_000);
    const answer = exchanges.find(({ by }) => by === 'n1');
    expect(answer && eventsIn(answer)).toBe(1);
  });
});

describe('a member that missed everything', () => {
  test.each(['event', 'check'] as const)('learns the %s from the next exchange', (what) => {
    const { simulation, names } = atRest();
    const heard: string[] = [];
    simulation.noticed = (by, effect) => {
      if (effect.type === 'event' && effect.name === 'again') heard.push(by);
      if (effect.type === 'record' && effect.part === 'checks') heard.push(by);
    };
    // No datagram arrives any more, only streams do.
    simulation.loss = 1;
    if (what === 'event') simulation.give('n0', { type: 'tellEvent', name: 'again', payload: EVENT });
    else simulation.say('n0', 'checks', { cpu: 'critical' });
    simulation.run(2 * MINUTE);
    expect(new Set(heard)).toEqual(new Set(names));
  });
});
