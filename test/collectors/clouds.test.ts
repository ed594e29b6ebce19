import { describe, expect, test } from 'vitest';
import alibaba from '../../src/collectors/alibaba.ts';
import azure from '../../src/collectors/azure.ts';
import digitalocean from '../../src/collectors/digitalocean.ts';
import ec2 from '../../src/collectors/ec2.ts';
import googlecloud from '../../src/collectors/googlecloud.ts';
import openstack from '../../src/collectors/openstack.ts';
import scaleway from '../../src/collectors/scaleway.ts';
import { NotEligible } from '../../src/plugins/outcomes.ts';
import { CLOUDS } from '../support/cloud-machines.ts';
import { fakeHost, never, type World } from '../support/host.ts';

const EXPECTED = [
  [
    ec2,
    {
      hostname: 'ip-172-31-1-2.eu-west-1.compute.internal',
      'instance-id': 'i-1234567890abcdef0',
      'instance-type': 'm5.large',
      'local-hostname': 'ip-172-31-1-2.eu-west-1.compute.internal',
      'local-ipv4': '172.31.1.2',
      'availability-zone': 'eu-west-1a',
      profile: 'default-hvm',
      'reservation-id': 'r-0f00',
      'security-groups': 'web\nssh',
      'ami-id': 'ami-0abcdef1234567890',
      region: 'eu-west-1',
    },
  ],
  [
    alibaba,
    {
      'region-id': 'cn-hangzhou',
      'zone-id': 'cn-hangzhou-i',
      'instance-id': 'i-bp67acfmxazb4p',
      'image-id': 'aliyun_3_x64',
      'private-ipv4': '172.16.0.5',
      'public-ipv4': '203.0.113.4',
    },
  ],
  [
    azure,
    {
      location: 'westeurope',
      name: 'web1',
      offer: 'debian-12',
      osType: 'Linux',
      publisher: 'debian',
      resourceGroupName: 'web',
      sku: '12',
      subscriptionId: '8d10da13',
      tags: 'env:prod',
      version: '0.1',
      vmId: '13f56399',
      vmSize: 'Standard_D2',
      ipv4: { ipAddress: [{ privateIpAddress: '10.1.2.5', publicIpAddress: '203.0.113.9' }] },
      ipv6: { ipAddress: [] },
      macAddress: '000D3AF806EC',
    },
  ],
  [
    digitalocean,
    {
      droplet_id: 2_756_294,
      hostname: 'sample-droplet',
      region: 'nyc3',
      interfaces: { public: [{ ipv4: { ip_address: '203.0.113.20' } }] },
      dns: { nameservers: ['2001:4860:4860::8844', '8.8.8.8'] },
      tags: ['web'],
    },
  ],
  [
    googlecloud,
    {
      id: '4520031799277581759',
      name: 'web',
      zone: 'europe-west1-b',
      machineType: 'n1-standard-1',
      tags: ['web', 'prod'],
      scheduling: { preemptible: 'FALSE' },
    },
  ],
  [
    scaleway,
    {
      id: '8adb4a8e',
      commercial_type: 'DEV1-S',
      tags: ['web'],
      private_ip: null,
      public_ip: { address: '203.0.113.50', dynamic: false },
      location: { zone_id: 'par1' },
    },
  ],
  [
    openstack,
    {
      uuid: 'd8e02d56',
      name: 'web',
      hostname: 'web.novalocal',
      availability_zone: 'nova',
      project_id: 'f7ac',
      meta: { role: 'web' },
      flavor: 'm1.small',
    },
  ],
] as const;

/** A machine that counts what is asked of the network. */
function counting(world: World) {
  const host = fakeHost(world);
  const asked: string[] = [];
  return {
    asked,
    host: {
      ...host,
      fetch: (...request: Parameters<typeof host.fetch>) => {
        asked.push(request[0].url);
        return host.fetch(...request);
      },
    },
  };
}

describe.each(EXPECTED)('$name', (collector, expected) => {
  const world: World = CLOUDS[collector.name] ?? {};

  test('shows what the hoster says, without secrets', async () => {
    const tree = await collector.configure({})(fakeHost(world), never);
    expect(tree).toEqual(expected);
    expect(JSON.stringify(tree)).not.toMatch(/hunter2|ssh-rsa/);
  });

  test('asks nobody where there is no sign of the hoster', async () => {
    const { host, asked } = counting({ ...world, files: {} });
    await expect(collector.configure({})(host, never)).rejects.toThrow(NotEligible);
    expect(asked).toEqual([]);
  });

  test('goes on showing what was said when the service is silent', async () => {
    const collect = collector.configure({});
    await collect(fakeHost(world), never);
    expect(await collect(fakeHost({ files: world.files ?? {} }), never)).toEqual(expected);
  });
});

test('a service that never answered is an error, but a Hyper-V of one’s own is not in Azure', async () => {
  const { files = {} } = CLOUDS['azure'] ?? {};
  await expect(azure.configure({})(fakeHost({ files }), never)).rejects.toThrow(NotEligible);
  const tagged = { ...files, '/sys/class/dmi/id/chassis_asset_tag': '7783-7084-3265-9085-8269-3286-77\n' };
  await expect(azure.configure({})(fakeHost({ files: tagged }), never)).rejects.toThrow('ECONNREFUSED');
  await expect(
    scaleway.configure({})(fakeHost(CLOUDS['scaleway'] && { files: { '/etc/scw-release': '' } }), never),
  ).rejects.toThrow('ECONNREFUSED');
});

test('the region of a local zone is what the service says, not made of its name', async () => {
  const pages = { ...CLOUDS['ec2']?.pages };
  const place = 'http://169.254.169.254/latest/meta-data/placement/';
  pages[`${place}availability-zone`] = { body: Buffer.from('us-west-2-lax-1a') };
  pages[`${place}region`] = { body: Buffer.from('us-west-2') };
  expect(await ec2.configure({})(fakeHost({ ...CLOUDS['ec2'], pages }), never)).toMatchObject({
    'availability-zone': 'us-west-2-lax-1a',
    region: 'us-west-2',
  });
});
