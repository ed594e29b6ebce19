import { z } from 'zod';
import { isAlibaba } from '../plugins/hosters.ts';
import { defineHostingDriver } from '../plugins/kinds.ts';
import { metadata, recognised } from '../plugins/metadata.ts';

const SERVICE = 'http://100.100.100.200/latest/meta-data/';

export default defineHostingDriver({
  name: 'alibaba',
  description: 'An instance in Alibaba Cloud.',
  layer: 3,
  options: z.object({}),

  configure: () => async (host, signal) => {
    if (!(await isAlibaba(host))) return { isActive: false };
    const ask = (key: string) => metadata({ host, signal }, SERVICE + key);
    return await recognised(async () => {
      const [uniqueId, localAddress, publicAddress] = await Promise.all([
        ask('instance-id'),
        ask('private-ipv4'),
        ask('eipv4'),
      ]);
      return { uniqueId, localAddress, publicAddress };
    });
  },
});
