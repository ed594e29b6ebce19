import type { Family } from '../http/exposition.ts';
import type { RunCounts } from '../runtime/guard.ts';

interface Counted {
  readonly gossip: ReadonlyMap<string, number>;
  readonly runs: RunCounts;
  /** Seconds since the start. */
  readonly uptime: number;
}

/** What the parts of the agent count of themselves, for `/metrics`. */
export function ownCounts({ gossip, runs, uptime }: Counted): Family[] {
  const samples = [...gossip].map(([name, value]) => ({ labels: { name }, value }));
  const queues = samples.filter(({ labels }) => labels.name.startsWith('queue_'));
  const totals = samples.filter(({ labels }) => !labels.name.startsWith('queue_'));
  return [
    {
      name: 'opsbro_uptime_seconds',
      help: 'Time since the agent started.',
      type: 'gauge',
      samples: [{ value: uptime }],
    },
    { name: 'opsbro_gossip_total', help: 'What happened in gossip, by name.', type: 'counter', samples: totals },
    { name: 'opsbro_gossip_queue', help: 'Messages that wait to be told on.', type: 'gauge', samples: queues },
    {
      name: 'opsbro_plugin_runs_total',
      help: 'Runs of plugins, by how they ended.',
      type: 'counter',
      samples: Object.entries(runs).map(([result, value]) => ({ labels: { result }, value })),
    },
  ];
}
