import { z } from 'zod';
import { Api } from '../openstack/api.ts';
import { openCloud } from '../openstack/cloud.ts';
import { statusAndTime } from '../openstack/docs.ts';
import { originOf } from '../openstack/endpoint.ts';
import { NotHere } from '../openstack/metric.ts';
import { localOptions, placeOf } from '../openstack/options.ts';
import { defineProbe } from './support/maas-probe.ts';

export default defineProbe({
  name: 'glance_registry_local_check',
  description: 'Whether the registry of an old glance answers here.',
  group: 'openstack-glance-registry',
  measurement: 'maas_glance',
  positionals: ['ip'],
  downMetric: 'glance_registry_local_status',
  options: z.object(localOptions(9191)),
  metrics: statusAndTime('glance_registry', 'the registry of glance'),

  configure: (options) => async (probing) => {
    const place = placeOf(options);
    if (place === undefined) throw new NotHere('no address is named for the registry of glance, which no catalog has');
    const api = new Api(probing, await openCloud(probing, options), originOf(place));
    await api.timed('/images');
    probing.report.set('glance_registry_local_status', 1);
    probing.report.set('glance_registry_local_response_time', probing.ttfbMs);
  },
});
