import { z } from 'zod';
import { isGoogleCloud } from '../plugins/hosters.ts';
import { defineHostingDriver } from '../plugins/kinds.ts';
import { metadata, recognised, textAt } from '../plugins/metadata.ts';

const SERVICE = 'http://metadata.google.internal/computeMetadata/v1/instance/?recursive=true';
/** Ids have more digits than a number of JavaScript can tell apart. */
const ID = /"id"\s*:\s*"?(\d+)/;

export default defineHostingDriver({
  name: 'google-cloud',
  description: 'An instance in Google Compute Engine.',
  layer: 3,
  options: z.object({}),

  configure: () => async (host, signal) => {
    if (!(await isGoogleCloud(host))) return { isActive: false };
    return await recognised(async () => {
      const text = (await metadata({ host, signal }, SERVICE, { headers: { 'Metadata-Flavor': 'Google' } })) ?? '{}';
      const tree: unknown = JSON.parse(text);
      const first = ['networkInterfaces', 0] as const;
      return {
        uniqueId: ID.exec(text)?.[1],
        localAddress: textAt(tree, ...first, 'ip'),
        publicAddress: textAt(tree, ...first, 'accessConfigs', 0, 'externalIp'),
      };
    });
  },
});
