import { z } from 'zod';
import { isDigitalOcean } from '../plugins/hosters.ts';
import { treeOfJson } from '../plugins/json-trees.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { metadataTree } from '../plugins/metadata.ts';
import { askingCloud, CLOUD_TIMES } from './support/cloud.ts';

const SERVICE = 'http://169.254.169.254/metadata/v1.json';

/** Scripts and keys of whoever made the machine are nobody else's business. */
const LEFT_OUT = ['user_data', 'vendor_data', 'public_keys', 'auth_key'];

const info = (key: string, meaning: string): KeyDoc => ({ key, kind: 'info', unit: '', meaning });

export default defineCollector({
  name: 'digitalocean',
  description: 'What DigitalOcean says of this droplet.',
  ...CLOUD_TIMES,
  options: z.object({}),
  keys: [
    info('droplet_id', 'Number of the droplet.'),
    info('hostname', 'Name of the droplet.'),
    info('region', 'Region, such as `ams3`.'),
    info('tags', 'Its tags.'),
    info('interfaces.**', 'Addresses of its public and private interfaces.'),
    info('dns.**', 'Name servers it shall ask.'),
    info('features.**', 'What is switched on for it.'),
    info('floating_ip.**', 'Whether an address that can move leads here, and which.'),
    info('reserved_ip.**', 'The same under its present name.'),
    info('*', 'Whatever else is said of the droplet.'),
    info('*.**', 'Whatever else is said of a part of it.'),
  ],

  configure: () =>
    askingCloud({
      what: 'a droplet at DigitalOcean',
      isHere: isDigitalOcean,
      ask: async (service) => treeOfJson(await metadataTree(service, SERVICE), LEFT_OUT) ?? {},
    }),
});
