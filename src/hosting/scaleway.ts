import { z } from 'zod';
import { isScaleway } from '../plugins/hosters.ts';
import { defineHostingDriver } from '../plugins/kinds.ts';
import { metadataTree, recognised, textAt } from '../plugins/metadata.ts';

const SERVICE = 'http://169.254.42.42/conf?format=json';

export default defineHostingDriver({
  name: 'scaleway',
  description: 'An instance at Scaleway.',
  layer: 3,
  options: z.object({}),

  configure: () => async (host, signal) => {
    if (!(await isScaleway(host))) return { isActive: false };
    return await recognised(async () => {
      const tree = await metadataTree({ host, signal }, SERVICE);
      return {
        uniqueId: textAt(tree, 'id'),
        localAddress: textAt(tree, 'private_ip'),
        publicAddress: textAt(tree, 'public_ip', 'address'),
      };
    });
  },
});
