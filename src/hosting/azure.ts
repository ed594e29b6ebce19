import { z } from 'zod';
import { mayBeAzure } from '../plugins/hosters.ts';
import { defineHostingDriver } from '../plugins/kinds.ts';
import { metadataTree, recognised, textAt } from '../plugins/metadata.ts';

const SERVICE = 'http://169.254.169.254/metadata/instance?api-version=2017-08-01';
const ADDRESS = ['network', 'interface', 0, 'ipv4', 'ipAddress', 0] as const;

export default defineHostingDriver({
  name: 'azure',
  description: 'A virtual machine in Microsoft Azure.',
  layer: 3,
  options: z.object({}),

  configure: () => async (host, signal) => {
    if (!(await mayBeAzure(host))) return { isActive: false };
    // A Hyper-V of one's own has the same vendor, but nobody who answers.
    const tree = await metadataTree({ host, signal }, SERVICE, { headers: { Metadata: 'true' } });
    return await recognised(async () => ({
      uniqueId: textAt(tree, 'compute', 'vmId'),
      localAddress: textAt(tree, ...ADDRESS, 'privateIpAddress'),
      publicAddress: textAt(tree, ...ADDRESS, 'publicIpAddress'),
    }));
  },
});
