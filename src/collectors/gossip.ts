import { z } from 'zod';
import { toHundredths } from '../base/numbers.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { known } from '../plugins/trees.ts';

const gauge = (key: string, meaning: string, unit = ''): KeyDoc => ({ key, kind: 'gauge', unit, meaning });

export default defineCollector({
  name: 'gossip',
  description: 'How the pool of nodes looks to this one.',
  options: z.object({}),
  keys: [
    { key: 'zone', kind: 'info', unit: '', meaning: 'Zone of this node.' },
    gauge('nb_known_nodes', 'Nodes that are known, whatever they are, this one included.'),
    gauge('nb_alive', 'Nodes that are alive.'),
    gauge('nb_suspect', 'Nodes that did not answer and may yet.'),
    gauge('nb_dead', 'Nodes that are dead; those that left on purpose are not among them.'),
    gauge('health', 'How well this node itself does among the others: 0 is well, 7 the worst.'),
    gauge(
      'rtt_ms_median',
      'Round trip to the nodes that answered a probe, in the middle; absent before any did.',
      'ms',
    ),
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const self = host.self();
    if (!self) throw new NotEligible('no agent runs here');
    const { zone, alive, suspect, dead, awareness, rttMs, ...pool } = self.pool;
    return known({
      zone,
      nb_known_nodes: pool.known,
      nb_alive: alive,
      nb_suspect: suspect,
      nb_dead: dead,
      health: awareness,
      rtt_ms_median: medianOf(rttMs),
    });
  },
});

/** The middle value, of an even number of values the mean of both in the middle; nothing of nothing. */
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [below, above] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return below === undefined || above === undefined ? undefined : toHundredths((below + above) / 2);
}
