import { z } from 'zod';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { readNeeded } from '../plugins/files.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { sinceLast } from '../plugins/rates.ts';
import { type CgroupPlace, placeOf, sliceOf, visible } from './support/cgroup-place.ts';
import { type CgroupSample, sampleOf } from './support/cgroup-sample.ts';
import { nested, valueKeys, valuesOf } from './support/cgroup-values.ts';

const NETWORK = ['net.'];

export default defineCollector({
  name: 'cgroup',
  description: 'What the control group of the agent takes, and those of slices of systemd.',
  options: z.object({
    slices: z
      .array(z.string().regex(/^[\w:.@\\-]+\.slice$/, 'write names such as system.slice'))
      .max(50)
      .default([])
      .describe('Slices of systemd to look at as well, such as system.slice.'),
  }),
  keys: [...valueKeys('self', NETWORK), ...valueKeys('slices.*', NETWORK)],

  configure: ({ slices }) => {
    const self = watching();
    const others = new Map(slices.map((slice) => [slice, watching()]));
    return async (host, signal) => {
      signal.throwIfAborted();
      const place = placeOf(await readNeeded(host, '/proc/self/cgroup'));
      if (!place) throw new NotEligible('this system has no control groups');
      const own = await self(await visible(place, host), host);
      if (Object.keys(own).length === 0) throw new NotEligible('the control group of the agent cannot be seen');
      const seen: [string, Metrics][] = [];
      for (const [slice, watch] of others) seen.push([slice, await watch(sliceOf(slice, place.version), host)]);
      const found = seen.filter(([, tree]) => Object.keys(tree).length > 0);
      return { self: own, ...(found.length > 0 && { slices: Object.fromEntries(found) }) };
    };
  },
});

/** Looks at one control group again and again. */
function watching(): (place: CgroupPlace, host: Host) => Promise<Metrics> {
  const pairOf = sinceLast<CgroupSample>();
  return async (place, host) => {
    const sample = await sampleOf(place, host);
    return nested(valuesOf(sample, pairOf(host.clock, sample)));
  };
}
