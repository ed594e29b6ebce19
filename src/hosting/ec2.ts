import { z } from 'zod';
import { ec2Headers, isEc2 } from '../plugins/hosters.ts';
import { defineHostingDriver } from '../plugins/kinds.ts';
import { metadata, recognised } from '../plugins/metadata.ts';

const SERVICE = 'http://169.254.169.254/latest/';

export default defineHostingDriver({
  name: 'ec2',
  description: 'An instance in Amazon EC2.',
  layer: 3,
  options: z.object({}),

  configure: () => async (host, signal) => {
    if (!(await isEc2(host))) return { isActive: false };
    return await recognised(async () => {
      const headers = await ec2Headers({ host, signal });
      const ask = (key: string) => metadata({ host, signal }, `${SERVICE}meta-data/${key}`, { headers });
      const [uniqueId, localAddress, publicAddress] = await Promise.all([
        ask('instance-id'),
        ask('local-ipv4'),
        ask('public-ipv4'),
      ]);
      return { uniqueId, localAddress, publicAddress };
    });
  },
});
