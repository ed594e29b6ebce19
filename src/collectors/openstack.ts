import { z } from 'zod';
import { isOpenstack } from '../plugins/hosters.ts';
import { treeOfJson } from '../plugins/json-trees.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { metadata, metadataTree } from '../plugins/metadata.ts';
import { known } from '../plugins/trees.ts';
import { askingCloud, CLOUD_TIMES } from './support/cloud.ts';

const SERVICE = 'http://169.254.169.254/';

const KEYS: readonly (readonly [string, string])[] = [
  ['uuid', 'Number of the instance.'],
  ['name', 'Name of the instance.'],
  ['availability_zone', 'Zone it is in.'],
  ['project_id', 'Project it belongs to.'],
  ['hostname', 'Name of the host.'],
];

const info = (key: string, meaning: string): KeyDoc => ({ key, kind: 'info', unit: '', meaning });

export default defineCollector({
  name: 'openstack',
  description: 'What the OpenStack cloud says of this instance.',
  pack: 'openstack-instance',
  ...CLOUD_TIMES,
  options: z.object({}),
  keys: [
    ...KEYS.map(([key, meaning]) => info(key, meaning)),
    info('flavor', 'Size of the instance; absent where the cloud does not say it.'),
    info('meta.**', 'What its owner wrote of it.'),
  ],

  configure: () =>
    askingCloud({
      what: 'an instance in an OpenStack cloud',
      isHere: isOpenstack,
      async ask(service) {
        const [answer, flavor] = await Promise.all([
          metadataTree(service, `${SERVICE}openstack/latest/meta_data.json`),
          // Only clouds that also speak as EC2 does tell it.
          metadata(service, `${SERVICE}latest/meta-data/instance-type`).catch(() => undefined),
        ]);
        const tree = treeOfJson(answer) ?? {};
        // All else, as keys and passwords, is for the instance alone.
        return known({ ...Object.fromEntries(KEYS.map(([key]) => [key, tree[key]])), meta: tree['meta'], flavor });
      },
    }),
});
