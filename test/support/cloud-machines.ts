import type { FetchAnswer, FetchRequest } from '../../src/net/host.ts';
import type { World } from './host.ts';

type Page = Partial<FetchAnswer> | ((request: FetchRequest) => Partial<FetchAnswer>);

const text = (written: string): Page => ({ body: Buffer.from(`${written}\n`) });
const json = (tree: unknown): Page => text(JSON.stringify(tree));

/** A page that only answers to who sends a header. */
const withHeader =
  (name: string, value: string, page: Page): Page =>
  (request) =>
    request.headers?.[name] === value && typeof page !== 'function' ? page : { status: 403 };

const dmi = (name: string, content: string) => ({ [`/sys/class/dmi/id/${name}`]: `${content}\n` });
const below = (place: string, pages: Record<string, Page>) =>
  Object.fromEntries(Object.entries(pages).map(([path, page]) => [place + path, page]));

const LINK_LOCAL = 'http://169.254.169.254/';
const NOTHING = { status: 404 };
const token = (written: string) => withHeader('X-aws-ec2-metadata-token', 'secret', text(written));

/** A machine of each hoster with its metadata service, by the name of the collector; the answers are as the hosters document them. */
export const CLOUDS: Readonly<Record<string, World>> = {
  ec2: {
    files: dmi('sys_vendor', 'Amazon EC2'),
    pages: {
      [`${LINK_LOCAL}latest/api/token`]: ({ method }) => (method === 'PUT' ? { body: Buffer.from('secret') } : NOTHING),
      ...below(`${LINK_LOCAL}latest/meta-data/`, {
        hostname: token('ip-172-31-1-2.eu-west-1.compute.internal'),
        'instance-id': token('i-1234567890abcdef0'),
        'instance-type': token('m5.large'),
        'local-hostname': token('ip-172-31-1-2.eu-west-1.compute.internal'),
        'local-ipv4': token('172.31.1.2'),
        'placement/availability-zone': token('eu-west-1a'),
        profile: token('default-hvm'),
        'public-hostname': NOTHING,
        'public-ipv4': NOTHING,
        'reservation-id': token('r-0f00'),
        'security-groups': token('web\nssh'),
        'ami-id': token('ami-0abcdef1234567890'),
        'placement/region': NOTHING,
      }),
    },
  },
  alibaba: {
    files: dmi('sys_vendor', 'Alibaba Cloud'),
    pages: below('http://100.100.100.200/latest/meta-data/', {
      'region-id': text('cn-hangzhou'),
      'zone-id': text('cn-hangzhou-i'),
      'instance-id': text('i-bp67acfmxazb4p'),
      'image-id': text('aliyun_3_x64'),
      'private-ipv4': text('172.16.0.5'),
      'public-ipv4': NOTHING,
      eipv4: text('203.0.113.4'),
    }),
  },
  azure: {
    files: dmi('board_vendor', 'Microsoft Corporation'),
    pages: {
      [`${LINK_LOCAL}metadata/instance?api-version=2017-08-01`]: withHeader(
        'Metadata',
        'true',
        json({
          compute: {
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
          },
          network: {
            interface: [
              {
                ipv4: { ipAddress: [{ privateIpAddress: '10.1.2.5', publicIpAddress: '203.0.113.9' }] },
                ipv6: { ipAddress: [] },
                macAddress: '000D3AF806EC',
              },
            ],
          },
        }),
      ),
    },
  },
  digitalocean: {
    files: dmi('sys_vendor', 'DigitalOcean'),
    pages: {
      [`${LINK_LOCAL}metadata/v1.json`]: json({
        droplet_id: 2_756_294,
        hostname: 'sample-droplet',
        user_data: 'password: hunter2',
        public_keys: ['ssh-rsa AAAA'],
        auth_key: 'hunter2',
        region: 'nyc3',
        interfaces: { public: [{ ipv4: { ip_address: '203.0.113.20' } }] },
        dns: { nameservers: ['2001:4860:4860::8844', '8.8.8.8'] },
        tags: ['web'],
      }),
    },
  },
  googlecloud: {
    files: dmi('board_vendor', 'Google'),
    pages: {
      'http://metadata.google.internal/computeMetadata/v1/instance/?recursive=true': withHeader(
        'Metadata-Flavor',
        'Google',
        text(
          '{"id": 4520031799277581759, "name": "web", "zone": "projects/1/zones/europe-west1-b", "machineType": "projects/1/machineTypes/n1-standard-1", "tags": ["web", "prod"], "disks": [{}], "serviceAccounts": {}, "virtualClock": {}, "licenses": [], "attributes": {"startup-script": "hunter2"}, "scheduling": {"preemptible": "FALSE"}}',
        ),
      ),
    },
  },
  scaleway: {
    files: { '/etc/scw-release': 'x' },
    pages: {
      'http://169.254.42.42/conf?format=json': json({
        id: '8adb4a8e',
        commercial_type: 'DEV1-S',
        tags: ['web'],
        ssh_public_keys: [{ key: 'ssh-rsa AAAA' }],
        private_ip: null,
        public_ip: { address: '203.0.113.50', dynamic: false },
        location: { zone_id: 'par1' },
      }),
    },
  },
  openstack: {
    files: dmi('chassis_asset_tag', 'OpenStack Nova'),
    pages: {
      [`${LINK_LOCAL}openstack/latest/meta_data.json`]: json({
        uuid: 'd8e02d56',
        name: 'web',
        hostname: 'web.novalocal',
        availability_zone: 'nova',
        project_id: 'f7ac',
        random_seed: 'AAAA',
        admin_pass: 'hunter2',
        public_keys: { mykey: 'ssh-rsa AAAA' },
        meta: { role: 'web' },
      }),
      [`${LINK_LOCAL}latest/meta-data/instance-type`]: text('m1.small'),
    },
  },
};
