import { z } from 'zod';
import { isAlibaba } from '../plugins/hosters.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { metadata } from '../plugins/metadata.ts';
import { known } from '../plugins/trees.ts';
import { askingCloud, CLOUD_TIMES } from './support/cloud.ts';

const SERVICE = 'http://100.100.100.200/latest/meta-data/';

const KEYS: readonly (readonly [string, string])[] = [
  ['region-id', 'Region, such as `cn-hangzhou`.'],
  ['zone-id', 'Zone, such as `cn-hangzhou-i`.'],
  ['instance-id', 'Number of the instance.'],
  ['image-id', 'Image it was started from.'],
  ['private-ipv4', 'Address within Alibaba Cloud.'],
  ['public-ipv4', 'Address by which the world reaches it.'],
];

export default defineCollector({
  name: 'alibaba',
  description: 'What Alibaba Cloud says of this instance.',
  ...CLOUD_TIMES,
  options: z.object({}),
  keys: KEYS.map(([key, meaning]): KeyDoc => ({ key, kind: 'info', unit: '', meaning })),

  configure: () =>
    askingCloud({
      what: 'an instance in Alibaba Cloud',
      isHere: isAlibaba,
      async ask(service) {
        const asked = [...KEYS.map(([key]) => key), 'eipv4'];
        const texts = asked.map(async (key) => [key, await metadata(service, SERVICE + key)] as const);
        // An elastic address stands in a place of its own.
        const { eipv4, ...said } = Object.fromEntries(await Promise.all(texts));
        return known({ ...said, 'public-ipv4': eipv4 || said['public-ipv4'] });
      },
    }),
});
