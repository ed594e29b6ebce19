import { z } from 'zod';
import { isScaleway } from '../plugins/hosters.ts';
import { treeOfJson } from '../plugins/json-trees.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { metadataTree } from '../plugins/metadata.ts';
import { askingCloud, CLOUD_TIMES } from './support/cloud.ts';

const SERVICE = 'http://169.254.42.42/conf?format=json';

/** Keys of whoever made the machine. */
const LEFT_OUT = ['ssh_public_keys', 'user_data'];

const info = (key: string, meaning: string): KeyDoc => ({ key, kind: 'info', unit: '', meaning });

export default defineCollector({
  name: 'scaleway',
  description: 'What Scaleway says of this instance.',
  ...CLOUD_TIMES,
  options: z.object({}),
  keys: [
    info('id', 'Number of the instance.'),
    info('name', 'Name of the instance.'),
    info('hostname', 'Name of the host.'),
    info('commercial_type', 'Size of the instance, such as `DEV1-S`.'),
    info('tags', 'Its tags.'),
    info('private_ip', 'Address within Scaleway.'),
    info('public_ip.address', 'Address by which the world reaches it.'),
    info('location.zone_id', 'Zone, such as `par1`.'),
    info('*', 'Whatever else is said of the instance.'),
    info('*.**', 'Whatever else is said of a part of it.'),
  ],

  configure: () =>
    askingCloud({
      what: 'an instance at Scaleway',
      isHere: isScaleway,
      ask: async (service) => treeOfJson(await metadataTree(service, SERVICE), LEFT_OUT) ?? {},
    }),
});
