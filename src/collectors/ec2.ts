import { z } from 'zod';
import { ec2Headers, isEc2 } from '../plugins/hosters.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { metadata } from '../plugins/metadata.ts';
import { known } from '../plugins/trees.ts';
import { askingCloud, CLOUD_TIMES } from './support/cloud.ts';

const SERVICE = 'http://169.254.169.254/latest/meta-data/';

/** Keys, where the service has them, and what they mean. */
const KEYS: readonly (readonly [key: string, path: string, meaning: string])[] = [
  ['hostname', 'hostname', 'Name of the host within Amazon.'],
  ['instance-id', 'instance-id', 'Number of the instance.'],
  ['instance-type', 'instance-type', 'Size of the instance, such as `m5.large`.'],
  ['local-hostname', 'local-hostname', 'Name for the address within Amazon.'],
  ['local-ipv4', 'local-ipv4', 'Address within Amazon.'],
  ['availability-zone', 'placement/availability-zone', 'Zone, such as `eu-west-1a`.'],
  ['profile', 'profile', 'Kind of virtualization.'],
  ['public-hostname', 'public-hostname', 'Name for the address by which the world reaches it.'],
  ['public-ipv4', 'public-ipv4', 'Address by which the world reaches it.'],
  ['reservation-id', 'reservation-id', 'Number of the reservation it was started with.'],
  ['security-groups', 'security-groups', 'Names of its security groups, one a line.'],
  ['ami-id', 'ami-id', 'Image it was started from.'],
  ['region', 'placement/region', 'Region, such as `eu-west-1`.'],
];

export default defineCollector({
  name: 'ec2',
  description: 'What Amazon EC2 says of this instance.',
  ...CLOUD_TIMES,
  options: z.object({}),
  keys: KEYS.map(([key, , meaning]): KeyDoc => ({ key, kind: 'info', unit: '', meaning })),

  configure: () =>
    askingCloud({
      what: 'an instance in Amazon EC2',
      isHere: isEc2,
      async ask(service) {
        const headers = await ec2Headers(service);
        const texts = KEYS.map(
          async ([key, path]) => [key, await metadata(service, SERVICE + path, { headers })] as const,
        );
        const said = Object.fromEntries(await Promise.all(texts));
        return known({ ...said, region: said['region'] ?? regionOf(said['availability-zone']) });
      },
    }),
});

/** Old services tell the zone only; that of a region is its name and a letter. */
const regionOf = (zone: string | undefined): string | undefined => /^(.*\d)[a-z]$/.exec(zone ?? '')?.[1];
