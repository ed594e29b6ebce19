import { z } from 'zod';
import { numberIn, percentOf } from '../base/numbers.ts';
import { readIfThere } from '../plugins/files.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';

/** Of present kernels and of those before 2.6.20: the beginning of the names of both files. */
const PLACES = ['/proc/sys/net/netfilter/nf_conntrack_', '/proc/sys/net/ipv4/netfilter/ip_conntrack_'];

export default defineCollector({
  name: 'conntrack',
  description: 'How many connections the firewall keeps track of, and how many it could.',
  intervalMs: 30_000,
  options: z.object({}),
  keys: [
    { key: 'count', kind: 'gauge', unit: '', meaning: 'Connections that are tracked.' },
    { key: 'max', kind: 'gauge', unit: '', meaning: 'Connections that may be tracked; what comes beyond is dropped.' },
    { key: 'pct_used', kind: 'gauge', unit: 'percent', meaning: 'Part of the connections that may be tracked.' },
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    for (const place of PLACES) {
      const [count, max] = (
        await Promise.all([readIfThere(host, `${place}count`), readIfThere(host, `${place}max`)])
      ).map(numberIn);
      if (count !== undefined && max !== undefined) return { count, max, pct_used: percentOf(count, max) };
    }
    throw new NotEligible(`Unable to read "${PLACES[0]}count", the appropriate kernel module is probably not loaded.`);
  },
});
