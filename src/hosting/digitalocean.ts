import { z } from 'zod';
import { isDigitalOcean } from '../plugins/hosters.ts';
import { defineHostingDriver } from '../plugins/kinds.ts';
import { metadataTree, recognised, textAt } from '../plugins/metadata.ts';

const SERVICE = 'http://169.254.169.254/metadata/v1.json';

export default defineHostingDriver({
  name: 'digitalocean',
  description: 'A droplet at DigitalOcean.',
  layer: 3,
  options: z.object({}),

  configure: () => async (host, signal) => {
    if (!(await isDigitalOcean(host))) return { isActive: false };
    return await recognised(async () => {
      const tree = await metadataTree({ host, signal }, SERVICE);
      return {
        uniqueId: textAt(tree, 'droplet_id'),
        localAddress: textAt(tree, 'interfaces', 'private', 0, 'ipv4', 'ip_address'),
        publicAddress: textAt(tree, 'interfaces', 'public', 0, 'ipv4', 'ip_address'),
      };
    });
  },
});
