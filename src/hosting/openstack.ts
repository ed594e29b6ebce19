import { z } from 'zod';
import { isOpenstack } from '../plugins/hosters.ts';
import { defineHostingDriver } from '../plugins/kinds.ts';
import { metadata, metadataTree, recognised, textAt } from '../plugins/metadata.ts';

const SERVICE = 'http://169.254.169.254/';

export default defineHostingDriver({
  name: 'openstack',
  description: 'An instance in an OpenStack cloud.',
  layer: 3,
  options: z.object({}),

  configure: () => async (host, signal) => {
    if (!(await isOpenstack(host))) return { isActive: false };
    const service = { host, signal };
    return await recognised(async () => {
      const [tree, localAddress, publicAddress] = await Promise.all([
        metadataTree(service, `${SERVICE}openstack/latest/meta_data.json`),
        // Not every cloud has the addresses in the form of EC2.
        metadata(service, `${SERVICE}latest/meta-data/local-ipv4`).catch(() => undefined),
        metadata(service, `${SERVICE}latest/meta-data/public-ipv4`).catch(() => undefined),
      ]);
      return { uniqueId: textAt(tree, 'uuid'), localAddress, publicAddress };
    });
  },
});
