import { z } from 'zod';
import { namesIn } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';

const gauge = (key: string, unit: string, meaning: string): KeyDoc => ({ key, kind: 'gauge', unit, meaning });

export default defineCollector({
  name: 'agent',
  description: 'What the agent itself costs, and how promptly it answers.',
  options: z.object({}),
  keys: [
    gauge('rss', 'bytes', 'Resident memory of the agent.'),
    gauge('heap', 'bytes', 'Memory of its values.'),
    gauge('cpu_pct', 'percent', 'Part of one processor since the last look.'),
    gauge('event_loop_lag_ms.p50', 'ms', 'How late timers run, in the middle.'),
    gauge('event_loop_lag_ms.p99', 'ms', 'How late the latest of a hundred timers runs.'),
    gauge('fds', '', 'Files and sockets that are open.'),
    gauge('handles', '', 'Timers, sockets and requests that are open.'),
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const self = host.self();
    if (!self) throw new NotEligible('no agent runs here');
    const { memoryBytes, heapBytes, cpuPercent, loopDelay, handles } = self.vitals;
    // One of them is the folder that is being read.
    const open = (await namesIn(host, '/proc/self/fd')).length - 1;
    return {
      rss: memoryBytes,
      heap: heapBytes,
      cpu_pct: cpuPercent,
      event_loop_lag_ms: { p50: loopDelay.p50, p99: loopDelay.p99 },
      ...(open > 0 && { fds: open }),
      handles,
    };
  },
});
