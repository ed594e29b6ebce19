import { z } from 'zod';
import { type Item, openApi } from '../openstack/api.ts';
import { countOf, healthOf, more, statusAndTime } from '../openstack/docs.ts';
import { noteHealth } from '../openstack/health.ts';
import { localOptions } from '../openstack/options.ts';
import { counting } from '../openstack/probing.ts';
import { defineProbe } from './support/maas-probe.ts';

const IMAGES = '/images?limit=1000';

/** `killed` was left behind with the first version of the API. */
const STATES = ['active', 'queued', 'killed'];
const OTHER_STATES = ['saving', 'uploading', 'importing', 'deactivated', 'deleted', 'pending_delete'];

const images = (state: string) => countOf(`glance_${state}_images`, 'images', `Images whose status is ${state}.`);

export default defineProbe({
  name: 'glance_api_local_check',
  description: 'Whether the API of glance answers here, and how many images are in which state.',
  group: 'openstack-glance',
  measurement: 'maas_glance',
  positionals: ['ip?'],
  downMetric: 'glance_api_local_status',
  options: z.object(localOptions(9292)),
  metrics: [
    ...statusAndTime('glance_api', 'glance'),
    ...STATES.map(images),
    ...OTHER_STATES.map((state) => more(images(state))),
    more({ name: 'glance_images_bytes', type: 'uint64', unit: 'bytes', meaning: 'Bytes of all images.' }),
    healthOf('glance'),
  ],

  configure: (options) => async (probing) => {
    const api = await openApi(probing, { type: 'image', version: 'v2' }, options);
    const first = await api.timed(IMAGES);
    const { report } = probing;
    report.set('glance_api_local_status', 1);
    report.set('glance_api_local_response_time', probing.ttfbMs);
    await counting(probing, 'glance_images', async () => {
      const { counts, bytes } = await census(api.pages('images', IMAGES, first));
      for (const state of [...STATES, ...OTHER_STATES]) report.set(`glance_${state}_images`, counts.get(state) ?? 0);
      report.set('glance_images_bytes', bytes);
    });
    await noteHealth(probing, 'glance', { url: api.base });
  },
});

/** How many images have which status, and how large all are. */
async function census(pages: AsyncIterable<readonly Item[]>) {
  const counts = new Map<unknown, number>();
  let bytes = 0;
  for await (const page of pages) {
    for (const { status, size } of page) {
      counts.set(status, (counts.get(status) ?? 0) + 1);
      if (typeof size === 'number' && Number.isSafeInteger(size)) bytes += size;
    }
  }
  return { counts, bytes };
}
