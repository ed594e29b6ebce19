import { describe, expect, test } from 'vitest';
import { OPENSTACK_SERVICES } from '../../src/collectors/support/openstack-services.ts';
import expressionDetector from '../../src/detectors/expression.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import { never } from '../support/host.ts';
import { definitionOf, evaluatorOf, type Seen, shipped } from './shipped.ts';

const detectors = shipped.objects.filter(({ type }) => type === 'detector');

/** The groups that a detector which is shipped gives to a node that sees this. */
async function groupsOf(id: string, seen: Seen): Promise<readonly string[]> {
  const evaluator = evaluatorOf(seen);
  const detect = expressionDetector.configure(definitionOf('detector', id));
  const { groups } = await detect(async (text, purpose) => evaluator.evaluate(text, purpose, { signal: never }));
  return groups;
}

const file = (path: string, content = 'x'): Seen => ({ files: { [path]: content } });
const hosted = (driver: string, collectors: Metrics = {}): Seen => ({ hosting: [driver], collectors });
const sees = (collectors: Metrics): Seen => ({ collectors });
const hypervisor = (name: string, product?: string): Seen =>
  sees({ hypervisor: { hypervisor: name }, ...(product !== undefined && { dmidecode: { product_name: product } }) });
const windows = (more: Metrics): Seen => sees({ system: { os: { name: 'windows' }, windows: more } });
const feature = (name: string): Seen => windows({ features: ['.NET Framework 4.7', name] });
const caption = (text: string): Seen => windows({ caption: text });
const shinken = (role: string, isOn: boolean): Seen =>
  file(
    '/var/lib/shinken/context.json',
    JSON.stringify({ local_instances: { [role]: { first: false, second: isOn } } }),
  );
const debianPackage = (name: string): Seen => ({
  files: {
    [`/var/lib/dpkg/info/${name}.list`]: '/.\n',
    '/var/lib/dpkg/status': `Package: ${name}\nStatus: install ok installed\n`,
  },
});

const OPENSTACK = OPENSTACK_SERVICES.map(({ name }) => name);

/** Detector, what the node sees, and the groups it gets. */
const ROWS: readonly (readonly [string, Seen, readonly string[]])[] = [
  ['core-gossip/gossip-zone', sees({ gossip: { zone: 'lan' } }), ['zone::lan']],
  ['system/os', sees({ system: { os: { name: 'linux' } } }), ['linux']],
  ['system/linux-distribution', sees({ system: { os: { linux: { distribution: 'debian' } } } }), ['debian']],
  ['system/linux-distribution', sees({ system: { os: { linux: { distribution: '' } } } }), []],
  ['geoloc/geoloc-country', sees({ geoloc: { country: 'FR' } }), ['country::FR']],
  ['geoloc/geoloc-country', sees({ geoloc: { country: '' } }), []],
  ['apache/apache', debianPackage('apache2'), ['apache']],
  ['apache/apache', debianPackage('httpd'), ['apache']],
  ['apache/apache', debianPackage('apache2-utils'), []],
  ['apache/apache', file('/etc/apache2/apache2.conf'), ['apache']],
  ['apache/apache', file('/etc/httpd/conf/httpd.conf'), ['apache']],
  ['postfix/postfix', debianPackage('postfix'), ['postfix']],
  ['mongodb/mongodb', file('/etc/mongod.conf'), ['mongodb']],
  ['mongodb/mongodb', file('/etc/mongodb.conf'), ['mongodb']],
  ['mysql/mysql', file('/usr/bin/mysqld_safe'), ['mysql']],
  ['mysql/mysql', file('/usr/sbin/mysqld'), ['mysql']],
  ['mysql/mysql', file('/usr/sbin/mariadbd'), ['mysql']],
  ['mysql/mysql', file('/etc/my.cnf'), []],
  ['mysql/galera', sees({ mysql: { galera: { provider: 'Galera' } } }), ['galera']],
  ['mysql/galera', sees({ mysql: { galera: { provider: '' } } }), []],
  ['nginx/nginx', file('/etc/nginx/nginx.conf'), ['nginx']],
  ['rabbitmq/rabbitmq', file('/etc/rabbitmq/rabbitmq.config'), ['rabbitmq']],
  ['rabbitmq/rabbitmq', file('/etc/rabbitmq/rabbitmq.conf'), ['rabbitmq']],
  ['rabbitmq/rabbitmq', file('/etc/rabbitmq/rabbitmq-env.conf'), ['rabbitmq']],
  ['redis/redis', file('/etc/redis/redis.conf'), ['redis']],
  ['redis/redis', file('/etc/redis.conf'), ['redis']],
  ['redis/redis', file('/etc/valkey/valkey.conf'), ['redis']],
  ['memcached/memcached', file('/etc/memcached.conf'), ['memcached']],
  ['memcached/memcached', file('/etc/sysconfig/memcached'), ['memcached']],
  ['postgres/postgres', file('/etc/postgresql/15/main/postgresql.conf'), ['postgres']],
  ['postgres/postgres', file('/var/lib/pgsql/data/PG_VERSION'), ['postgres']],
  ['postgres/postgres', file('/var/lib/postgresql/data/PG_VERSION'), ['postgres']],
  ['haproxy/haproxy', file('/etc/haproxy/haproxy.cfg'), ['haproxy']],
  ['docker-container/docker-container', file('/.dockerenv', ''), ['docker-container']],
  ['docker-container/docker-container', file('/run/.containerenv', ''), ['docker-container']],
  ['docker-container/docker-container', file('/proc/self/cgroup', '1:cpu:/docker/6fa3\n'), ['docker-container']],
  ['docker-container/docker-container', file('/proc/self/cgroup', '0::/init.scope\n'), []],
  ['docker-host/docker-host', file('/var/run/docker.sock'), ['docker-host']],
  ['docker-host/docker-host', file('/run/podman/podman.sock'), ['docker-host']],
  ['openvz/openvz', file('/proc/vz/version'), ['openvz']],
  ['kvm/kvm', hypervisor('KVMKVMKVM'), ['kvm']],
  ['kvm/kvm', hypervisor('KVMKVMKVM', 'Standard PC'), ['kvm']],
  ['kvm/kvm', hypervisor('KVMKVMKVM', 'VirtualBox'), []],
  ['virtualbox/virtualbox', hypervisor('VBoxVBoxVBox'), ['virtualbox']],
  ['virtualbox/virtualbox', hypervisor('KVMKVMKVM', 'VirtualBox'), ['virtualbox']],
  ['virtualbox/virtualbox', sees({ dmidecode: { product_name: 'VirtualBox' } }), ['virtualbox']],
  ['virtualbox/virtualbox', hypervisor('KVMKVMKVM', 'Standard PC'), []],
  ['vmware/vmware', hypervisor('VMwareVMware'), ['vmware']],
  ['vmware/vmware', hypervisor('KVMKVMKVM'), []],
  ['vmware/vmware-tools', sees({ vmwareperformances: { vmware_tools_available: true } }), ['vmware-tools']],
  ['vmware/vmware-tools', sees({ vmwareperformances: { vmware_tools_available: false } }), []],
  ['xen/xen', hypervisor('XenVMMXenVMM'), ['xen']],
  ['xen/xen', hypervisor(''), []],
  ['hyperv/hyperv', hypervisor('Microsoft Hv'), ['hyperv']],
  ['hyperv/hyperv', hypervisor('MicrosoftHv'), ['hyperv']],
  ['hyperv/hyperv', hypervisor(''), []],
  ['qemu/qemu', file('/proc/cpuinfo', 'model name : QEMU Virtual CPU\n'), ['qemu']],
  ['qemu/qemu', file('/proc/cpuinfo', 'model name : Other\n'), []],
  ['uml/uml', file('/proc/cpuinfo', 'vendor_id : User Mode Linux UML\n'), ['uml']],
  ['powervm/powervm_lx86', file('/proc/cpuinfo', 'vendor_id : PowerVM Lx86\n'), ['powervm_lx86']],
  ['powervm/powervm_lx86', file('/proc/cpuinfo', 'x vendor_id : PowerVM Lx86\n'), []],
  ['powervm/systemz', file('/proc/cpuinfo', 'vendor_id       : IBM/S390\n'), ['systemz']],
  ['vserver/vserver', file('/proc/self/status', 'Name: x\nVxID:\t42\n'), ['vserver']],
  ['vserver/vserver', file('/proc/self/status', 'Name: x\nVxID:\tno\n'), []],
  ['raspberry-pi/raspberry-pi', sees({ raspberrypi: { is_raspberry_pi: true } }), ['raspberry-pi']],
  ['raspberry-pi/raspberry-pi', sees({ raspberrypi: { is_raspberry_pi: false } }), []],
  ['alibaba/alibaba', hosted('alibaba'), ['alibaba']],
  ['alibaba/alibaba-region', hosted('alibaba', { alibaba: { 'region-id': 'eu-1' } }), ['alibaba-region::eu-1']],
  ['azure/azure', hosted('azure'), ['azure']],
  ['azure/azure-location', hosted('azure', { azure: { location: 'westeurope' } }), ['azure-location::westeurope']],
  ['azure/azure-vmsize', hosted('azure', { azure: { vmSize: 'Standard_B1s' } }), ['azure-vmsize::Standard_B1s']],
  ['digitalocean/digitalocean', hosted('digitalocean'), ['digitalocean']],
  ['digitalocean/digitalocean', hosted('alibaba'), []],
  [
    'digitalocean/digitalocean-region',
    hosted('digitalocean', { digitalocean: { region: 'ams3' } }),
    ['digitalocean-region::ams3'],
  ],
  ['ec2/ec2', hosted('ec2'), ['ec2', 'aws']],
  ['ec2/ec2-region', hosted('ec2', { ec2: { region: 'eu-west-1' } }), ['ec2-region::eu-west-1']],
  ['ec2/ec2-region', hosted('ec2'), []],
  ['ec2/ec2-instance-type', hosted('ec2', { ec2: { 'instance-type': 't3.nano' } }), ['ec2-instance-type::t3.nano']],
  ['google-cloud/google-cloud', hosted('google-cloud'), ['google-cloud']],
  ['google-cloud/google-cloud-zone', hosted('google-cloud', { googlecloud: { zone: 'b' } }), ['google-cloud-zone::b']],
  [
    'google-cloud/google-cloud-machine-type',
    hosted('google-cloud', { googlecloud: { machineType: 'e2' } }),
    ['google-cloud-machineType::e2'],
  ],
  ['google-cloud/google-cloud-tags', hosted('google-cloud', { googlecloud: { tags: ['a', 'b'] } }), ['a', 'b']],
  ['scaleway/scaleway', hosted('scaleway'), ['scaleway']],
  [
    'scaleway/scaleway-zone',
    hosted('scaleway', { scaleway: { location: { zone_id: 'par1' } } }),
    ['scaleway-zone::par1'],
  ],
  ['scaleway/scaleway-tags', hosted('scaleway', { scaleway: { tags: ['a', 'my web'] } }), ['a', 'my-web']],
  ['openstack-instance/openstack', hosted('openstack'), ['openstack']],
  [
    'openstack-instance/openstack-az',
    hosted('openstack', { openstack: { availability_zone: 'nova' } }),
    ['openstack-az::nova'],
  ],
  ...OPENSTACK.flatMap((name): [string, Seen, readonly string[]][] => {
    const group = `openstack-${name.replaceAll('_', '-')}`;
    const seen = (there: number) =>
      sees({ openstack_services: { services: { [name]: there }, gone: { [name]: 60 }, gone_all: 60, count: there } });
    return [
      [`openstack/${group}`, seen(1), [group]],
      [`openstack/${group}`, seen(0), []],
    ];
  }),
  ['openstack/openstack-cloud-stats', sees({ openstack_services: { cloud_stats: 1 } }), ['openstack-cloud-stats']],
  ['openstack/openstack-cloud-stats', sees({ openstack_services: { cloud_stats: 0 } }), []],
  ['openstack/openstack-controller', sees({ openstack_services: { count: 2, gone_all: 0 } }), ['openstack-controller']],
  ['openstack/openstack-controller', sees({ openstack_services: { count: 0, gone_all: 60 } }), []],
  ['synology/synology-model', hosted('synology', { synology: { model: 'DS918+' } }), ['model::DS918+']],
  ['shinken-enterprise/shinken', file('/var/lib/shinken/context.json', '{}'), ['shinken-enterprise']],
  ...['arbiter', 'broker', 'poller', 'reactionner', 'receiver', 'scheduler', 'synchronizer'].flatMap(
    (role): [string, Seen, readonly string[]][] => [
      [`shinken-enterprise/shinken-${role}`, shinken(role, true), [`shinken-${role}`]],
      [`shinken-enterprise/shinken-${role}`, shinken(role, false), []],
      [`shinken-enterprise/shinken-${role}`, file('/var/lib/shinken/context.json', 'broken'), []],
    ],
  ),
  ['windows/asp.net-server', feature('ASP.NET'), ['asp.net-server']],
  ['windows/dfs-server', feature('Distributed File System'), ['dfs-server']],
  ['windows/dns-server', feature('DNS Server'), ['dns-server']],
  ['windows/domain-controller', feature('Active Directory Domain Controller'), ['domain-controller']],
  ['windows/ftp-server', feature('FTP Server'), ['ftp-server']],
  ['windows/iis-server', feature('Web Server (IIS)'), ['iis-server']],
  ['windows/iis-server', feature('FTP Server'), []],
  ['windows/entreprise-edition', caption('Microsoft Windows Server 2016 Enterprise'), ['entreprise-edition']],
  ['windows/entreprise-edition', caption('Microsoft Windows Server 2008 Entreprise'), ['entreprise-edition']],
  ['windows/entreprise-edition', caption('Microsoft Windows Server 2016 Standard'), []],
  ['windows/windows-2003', caption('Microsoft Windows Server 2003'), ['windows-2003']],
  ['windows/windows-2008r2', caption('Microsoft Windows Server 2008 R2'), ['windows-2008r2']],
  ['windows/windows-2008r2', caption('Microsoft Windows Server 2008'), []],
  ['windows/windows-2012', caption('Microsoft Windows Server 2012'), ['windows-2012']],
  ['windows/windows-2016', caption('Microsoft Windows Server 2016'), ['windows-2016']],
  ['windows/windows-lang', windows({ muilanguages: ['fr-FR', 'en-US'] }), ['windows-lang::fr-FR']],
];

test.each(ROWS)('%s gives a node its groups (%#)', async (id, seen, groups) => {
  expect(await groupsOf(id, seen)).toEqual(groups);
});

describe('every detector that is shipped', () => {
  const matching = new Set(ROWS.filter(([, , groups]) => groups.length > 0).map(([id]) => id));

  test('has a machine above that it is for', () => {
    expect(detectors.filter(({ id }) => !matching.has(id)).map(({ id }) => id)).toEqual([]);
  });

  test.each(detectors.map(({ id }) => id))('%s gives nothing to an empty machine', async (id) => {
    const linux: Seen = { collectors: { system: { os: { name: 'linux' } } } };
    expect(await groupsOf(id, linux)).toEqual(id === 'system/os' ? ['linux'] : []);
  });
});

test('galera is looked for only where mysql is', () => {
  expect(definitionOf('detector', 'mysql/galera')['if_group']).toBe('mysql');
});

test('checks of a service run only where a detector can find the service', () => {
  const given = new Set(ROWS.flatMap(([, , groups]) => groups));
  const checks = shipped.objects.filter(({ type }) => type === 'check');
  expect(checks.map(({ definition }) => definition['if_group']).filter((group) => !given.has(String(group)))).toEqual(
    [],
  );
});
