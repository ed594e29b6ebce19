import { z } from 'zod';
import { type Api, type Item, openApi } from '../openstack/api.ts';
import { countOf, healthOf, more, statusAndTime } from '../openstack/docs.ts';
import { noteHealth } from '../openstack/health.ts';
import { isObject } from '../openstack/json.ts';
import { localOptions } from '../openstack/options.ts';
import { beyond, counting, type Probing } from '../openstack/probing.ts';
import { defineProbe } from './support/maas-probe.ts';

const VOLUMES = '/volumes/detail?all_tenants=1';
const SNAPSHOTS = '/snapshots/detail?all_tenants=1';

/** All the ways in which a volume can be broken. */
const ERRORS = 'error error_deleting error_extending error_restoring error_managing error_backing-up'.split(' ');

export default defineProbe({
  name: 'cinder_api_local_check',
  description: 'Whether the API of cinder answers here, and how many volumes and snapshots are in which state.',
  group: 'openstack-cinder',
  measurement: 'maas_cinder',
  positionals: ['ip?'],
  downMetric: 'cinder_api_local_status',
  options: z.object(localOptions(8776)),
  metrics: [
    ...statusAndTime('cinder_api', 'cinder'),
    countOf('total_cinder_volumes', 'volumes', 'Volumes there are.'),
    countOf('cinder_available_volumes', 'volumes', 'Volumes that nobody uses.'),
    countOf('cinder_in-use_volumes', 'volumes', 'Volumes that a server uses.'),
    countOf('cinder_error_volumes', 'volumes', 'Volumes whose status is just `error`.'),
    countOf('total_cinder_snapshots', 'snapshots', 'Snapshots there are.'),
    countOf('cinder_available_snaps', 'snapshots', 'Snapshots that can be used.'),
    countOf('cinder_in-use_snaps', 'snapshots', 'Snapshots that are in use.'),
    countOf('cinder_error_snaps', 'snapshots', 'Snapshots that failed.'),
    more(countOf('cinder_error_any_volumes', 'volumes', 'Volumes of any state of error.')),
    healthOf('cinder'),
    more(countOf('cinder_pools', 'pools', 'Pools of storage there are.')),
    more({
      name: 'cinder_pools_total',
      type: 'double',
      unit: 'Gigabytes',
      meaning: 'Room of all pools that know how large they are.',
    }),
    more({
      name: 'cinder_pools_free',
      type: 'double',
      unit: 'Gigabytes',
      meaning: 'Room that is left in all pools that know it.',
    }),
  ],

  configure: (options) => async (probing) => {
    const api = await openApi(probing, { type: 'volume' }, options);
    const { report } = probing;
    const volumes = await api.timed(VOLUMES);
    const ttfbMs = probing.ttfbMs;
    const snapshots = await api.timed(SNAPSHOTS);
    probing.ttfbMs = ttfbMs;
    report.set('cinder_api_local_status', 1);
    report.set('cinder_api_local_response_time', ttfbMs);
    await counting(probing, 'cinder_volumes', async () => {
      const counts = await api.statuses('volumes', VOLUMES, { first: volumes });
      const of = (...states: readonly string[]) => states.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
      report.set('total_cinder_volumes', of(...counts.keys()));
      for (const state of ['available', 'in-use', 'error']) report.set(`cinder_${state}_volumes`, of(state));
      report.set('cinder_error_any_volumes', of(...ERRORS));
    });
    await counting(probing, 'cinder_snapshots', async () => {
      const counts = await api.statuses('snapshots', SNAPSHOTS, { first: snapshots });
      report.set(
        'total_cinder_snapshots',
        [...counts.values()].reduce((sum, count) => sum + count, 0),
      );
      for (const state of ['available', 'in-use', 'error']) report.set(`cinder_${state}_snaps`, counts.get(state) ?? 0);
    });
    await noteHealth(probing, 'cinder', { url: api.base });
    await beyond(probing, 'cinder_pools', () => notePools(probing, api));
  },
});

async function notePools({ report }: Probing, api: Api): Promise<void> {
  const pools: Item[] = [];
  for await (const page of api.pages('pools', '/scheduler-stats/get_pools?detail=true')) pools.push(...page);
  report.set('cinder_pools', pools.length);
  report.set('cinder_pools_total', roomOf(pools, 'total_capacity_gb'));
  report.set('cinder_pools_free', roomOf(pools, 'free_capacity_gb'));
}

/** A pool may be `infinite`, or its room `unknown`: then it is no part of the sum, of which there may be none. */
function roomOf(pools: readonly Item[], field: string): number | undefined {
  const rooms = pools
    .map(({ capabilities }) => (isObject(capabilities) ? capabilities[field] : undefined))
    .filter((room): room is number => typeof room === 'number' && Number.isFinite(room));
  return rooms.length === 0 ? undefined : rooms.reduce((sum, room) => sum + room, 0);
}
