import { z } from 'zod';
import type { Metrics, Value } from '../model/metrics.ts';
import { isGoogleCloud } from '../plugins/hosters.ts';
import { treeOfJson } from '../plugins/json-trees.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { metadata } from '../plugins/metadata.ts';
import { askingCloud, CLOUD_TIMES } from './support/cloud.ts';

const SERVICE = 'http://metadata.google.internal/computeMetadata/v1/instance/?recursive=true';

/** Of no interest, and the attributes for their scripts and keys, which are nobody else's business. */
const LEFT_OUT = ['serviceAccounts', 'virtualClock', 'licenses', 'disks', 'attributes'];

/** Ids have more digits than a number of JavaScript can tell apart. */
const LONG_ID = /("id"\s*:\s*)(\d{16,})/g;

const info = (key: string, meaning: string): KeyDoc => ({ key, kind: 'info', unit: '', meaning });

export default defineCollector({
  name: 'googlecloud',
  description: 'What Google Compute Engine says of this instance.',
  ...CLOUD_TIMES,
  options: z.object({}),
  keys: [
    info('id', 'Number of the instance, as text.'),
    info('name', 'Name of the instance.'),
    info('hostname', 'Name within Google.'),
    info('zone', 'Zone, such as `europe-west1-b`.'),
    info('machineType', 'Size of the instance, such as `n1-standard-1`.'),
    info('image', 'Image it was started from.'),
    info('cpuPlatform', 'Kind of its processors.'),
    info('tags', 'Its tags.'),
    info('networkInterfaces', 'Its interfaces with their addresses.'),
    info('*', 'Whatever else is said of the instance.'),
    info('*.**', 'Whatever else is said of a part of it.'),
  ],

  configure: () =>
    askingCloud({
      what: 'an instance in Google Compute Engine',
      isHere: isGoogleCloud,
      async ask(service) {
        const text = (await metadata(service, SERVICE, { headers: { 'Metadata-Flavor': 'Google' } })) ?? '{}';
        const tree = treeOfJson(JSON.parse(text.replaceAll(LONG_ID, '$1"$2"')), LEFT_OUT) ?? {};
        return { ...tree, ...shortened(tree, 'zone'), ...shortened(tree, 'machineType') };
      },
    }),
});

/** `projects/1/zones/europe-west1-b` as `europe-west1-b`. */
function shortened(tree: Metrics, key: string): Metrics {
  const value: Value | undefined = tree[key];
  return typeof value === 'string' ? { [key]: value.slice(value.lastIndexOf('/') + 1) } : {};
}
