import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import type { Metrics, Value } from '../model/metrics.ts';
import { mayBeAzure } from '../plugins/hosters.ts';
import { treeOfJson } from '../plugins/json-trees.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { firmware, metadataTree } from '../plugins/metadata.ts';
import { NotEligible } from '../plugins/outcomes.ts';
import { askingCloud, CLOUD_TIMES } from './support/cloud.ts';

const SERVICE = 'http://169.254.169.254/metadata/instance?api-version=2017-08-01';

/** The asset tag of every machine in Azure, and of none elsewhere. */
const ASSET_TAG = '7783-7084-3265-9085-8269-3286-77';

const info = (key: string, meaning: string): KeyDoc => ({ key, kind: 'info', unit: '', meaning });

export default defineCollector({
  name: 'azure',
  description: 'What Microsoft Azure says of this virtual machine.',
  ...CLOUD_TIMES,
  options: z.object({}),
  keys: [
    info('location', 'Region, such as `westeurope`.'),
    info('name', 'Name of the machine.'),
    info('offer', 'Image it was made from.'),
    info('osType', 'Is `Linux`.'),
    info('publisher', 'Who made the image.'),
    info('resourceGroupName', 'Group of resources it belongs to.'),
    info('sku', 'Which form of the image.'),
    info('subscriptionId', 'Who pays for it.'),
    info('tags', 'Its tags, as one text.'),
    info('version', 'Version of the image.'),
    info('vmId', 'Number that no other machine has.'),
    info('vmSize', 'Size of the machine, such as `Standard_D2`.'),
    info('macAddress', 'Hardware address of the first interface.'),
    info('ipv4.**', 'Addresses and networks of the first interface.'),
    info('ipv6.**', 'The same for IPv6.'),
    info('*', 'Whatever else is said of the machine.'),
  ],

  configure: () =>
    askingCloud({
      what: 'a virtual machine in Microsoft Azure',
      isHere: mayBeAzure,
      async ask(service) {
        try {
          return flattened(await metadataTree(service, SERVICE, { headers: { Metadata: 'true' } }));
        } catch (error) {
          service.signal.throwIfAborted();
          if ((await firmware(service.host, 'chassis_asset_tag')) === ASSET_TAG) throw error;
          throw new NotEligible(`this machine is of Hyper-V, but not in Microsoft Azure: ${messageOf(error)}`);
        }
      },
    }),
});

/** What is said of the machine, and of its first interface. */
function flattened(answer: unknown): Metrics {
  const { compute, network } = treeOfJson(answer) ?? {};
  const interfaces = isTree(network) ? network['interface'] : undefined;
  const [first] = Array.isArray(interfaces) ? (interfaces as readonly Value[]) : [];
  return { ...(isTree(compute) ? onlyLeaves(compute) : {}), ...(isTree(first) ? first : {}) };
}

const onlyLeaves = (tree: Metrics): Metrics =>
  Object.fromEntries(Object.entries(tree).filter(([, value]) => typeof value !== 'object'));

const isTree = (value: Value | undefined): value is Metrics =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
