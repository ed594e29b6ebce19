import { z } from 'zod';
import type { Host } from '../net/host.ts';
import { readIfThere } from '../plugins/files.ts';
import { defineHostingDriver } from '../plugins/kinds.ts';
import { firmware, metadata, recognised } from '../plugins/metadata.ts';

const SERVICE = 'http://169.254.169.254/latest/';
const TOKEN_SECONDS = '300';

export default defineHostingDriver({
  name: 'ec2',
  description: 'An instance in Amazon EC2.',
  layer: 3,
  options: z.object({}),

  configure: () => async (host, signal) => {
    if (!(await isInstance(host))) return { isActive: false };
    return await recognised(async () => {
      const headers = await authorization(host, signal);
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

async function isInstance(host: Host): Promise<boolean> {
  if ((await firmware(host, 'sys_vendor')) === 'Amazon EC2') return true;
  if ((await firmware(host, 'product_uuid')).toLowerCase().startsWith('ec2')) return true;
  return ((await readIfThere(host, '/sys/hypervisor/version/extra')) ?? '').endsWith('.amazon');
}

/** The second version of the service wants a token; the first knows of none and is asked without. */
async function authorization(host: Host, signal: AbortSignal): Promise<Record<string, string>> {
  const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': TOKEN_SECONDS };
  const token = await metadata({ host, signal }, `${SERVICE}api/token`, { method: 'PUT', headers }).catch(() => '');
  return token === undefined || token === '' ? {} : { 'X-aws-ec2-metadata-token': token };
}
