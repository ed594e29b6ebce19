/** What a metadata service answers. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Files of a machine, and what metadata services answer it, by `GET url` or `PUT url`. */
export interface Machine {
  readonly files?: Record<string, string>;
  readonly answers?: Record<string, string | Answer | ((headers: Readonly<Record<string, string>>) => Answer)>;
}

/** A file of the firmware. */
export const dmi = (name: string, content: string) => ({ [`/sys/class/dmi/id/${name}`]: `${content}\n` });
const LINK_LOCAL = 'GET http://169.254.169.254';
const GOOGLE = 'GET http://metadata.google.internal/computeMetadata/v1/instance/?recursive=true';
const AZURE = `${LINK_LOCAL}/metadata/instance?api-version=2017-08-01`;
const ALIBABA = 'GET http://100.100.100.200/latest/meta-data';

const withToken = (text: string) => (headers: Readonly<Record<string, string>>) =>
  headers['X-aws-ec2-metadata-token'] === 'secret' ? { status: 200, text } : { status: 401, text: '' };
const withHeader = (name: string, value: string, tree: unknown) => (headers: Readonly<Record<string, string>>) =>
  headers[name] === value ? { status: 200, text: JSON.stringify(tree) } : { status: 403, text: '' };

/** Answers as the hosters document them, cut down to what is read. */
export const MACHINES: readonly (readonly [string, Machine, object])[] = [
  [
    'alibaba',
    {
      files: dmi('sys_vendor', 'Alibaba Cloud'),
      answers: {
        [`${ALIBABA}/instance-id`]: 'i-bp67acfmxazb4p',
        [`${ALIBABA}/private-ipv4`]: '172.16.0.5',
        [`${ALIBABA}/eipv4`]: '203.0.113.4\n',
      },
    },
    { uniqueId: 'i-bp67acfmxazb4p', localAddress: '172.16.0.5', publicAddress: '203.0.113.4' },
  ],
  [
    'azure',
    {
      files: dmi('board_vendor', 'Microsoft Corporation'),
      answers: {
        [AZURE]: withHeader('Metadata', 'true', {
          compute: { vmId: '13f56399-bd52-4150-9748-7190aae1ff21', location: 'westeurope' },
          network: {
            interface: [{ ipv4: { ipAddress: [{ privateIpAddress: '10.1.2.5', publicIpAddress: '203.0.113.9' }] } }],
          },
        }),
      },
    },
    {
      uniqueId: '13f56399-bd52-4150-9748-7190aae1ff21',
      localAddress: '10.1.2.5',
      publicAddress: '203.0.113.9',
    },
  ],
  [
    'digitalocean',
    {
      files: dmi('sys_vendor', 'DigitalOcean'),
      answers: {
        [`${LINK_LOCAL}/metadata/v1.json`]: JSON.stringify({
          droplet_id: 2_756_294,
          interfaces: {
            public: [{ ipv4: { ip_address: '203.0.113.20' } }],
            private: [{ ipv4: { ip_address: '10.132.255.113' } }],
          },
        }),
      },
    },
    { uniqueId: '2756294', localAddress: '10.132.255.113', publicAddress: '203.0.113.20' },
  ],
  [
    'ec2',
    {
      files: dmi('sys_vendor', 'Amazon EC2'),
      answers: {
        'PUT http://169.254.169.254/latest/api/token': (headers) =>
          headers['X-aws-ec2-metadata-token-ttl-seconds'] === '300'
            ? { status: 200, text: 'secret' }
            : { status: 400, text: '' },
        [`${LINK_LOCAL}/latest/meta-data/instance-id`]: withToken('i-1234567890abcdef0'),
        [`${LINK_LOCAL}/latest/meta-data/local-ipv4`]: withToken('172.31.1.2'),
        [`${LINK_LOCAL}/latest/meta-data/public-ipv4`]: { status: 404, text: '<html>' },
      },
    },
    { uniqueId: 'i-1234567890abcdef0', localAddress: '172.31.1.2' },
  ],
  [
    'ec2',
    {
      files: { '/sys/hypervisor/version/extra': '4.2.amazon\n' },
      answers: {
        [`${LINK_LOCAL}/latest/meta-data/instance-id`]: 'i-0old',
        [`${LINK_LOCAL}/latest/meta-data/local-ipv4`]: '172.31.1.3',
        [`${LINK_LOCAL}/latest/meta-data/public-ipv4`]: '203.0.113.30',
      },
    },
    { uniqueId: 'i-0old', localAddress: '172.31.1.3', publicAddress: '203.0.113.30' },
  ],
  [
    'google-cloud',
    {
      files: dmi('board_vendor', 'Google'),
      answers: {
        [GOOGLE]: (headers) => ({
          status: headers['Metadata-Flavor'] === 'Google' ? 200 : 403,
          // A number that is no safe integer, as they are.
          text: '{"id": 4520031799277581759, "networkInterfaces": [{"ip": "10.240.0.2", "accessConfigs": [{"externalIp": "203.0.113.40"}]}]}',
        }),
      },
    },
    { uniqueId: '4520031799277581759', localAddress: '10.240.0.2', publicAddress: '203.0.113.40' },
  ],
  [
    'openstack',
    {
      files: dmi('chassis_asset_tag', 'OpenStack Nova'),
      answers: {
        [`${LINK_LOCAL}/openstack/latest/meta_data.json`]: '{"uuid": "d8e02d56-2648-49a3-bf97-6be8f1204f38"}',
        [`${LINK_LOCAL}/latest/meta-data/local-ipv4`]: '10.0.0.4',
      },
    },
    { uniqueId: 'd8e02d56-2648-49a3-bf97-6be8f1204f38', localAddress: '10.0.0.4' },
  ],
  [
    'scaleway',
    {
      files: { '/etc/scw-release': 'x' },
      answers: {
        'GET http://169.254.42.42/conf?format=json':
          '{"id": "8adb4a8e", "private_ip": "10.2.3.4", "public_ip": {"address": "203.0.113.50"}, "location": {"zone_id": "par1"}}',
      },
    },
    { uniqueId: '8adb4a8e', localAddress: '10.2.3.4', publicAddress: '203.0.113.50' },
  ],
  [
    'synology',
    { files: { '/etc/synoinfo.conf': '', '/proc/cmdline': 'root=/dev/md0 sn=1780PDN123456 macs=0011\n' } },
    { uniqueId: '1780PDN123456' },
  ],
];
