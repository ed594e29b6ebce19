import { MEMBERSHIP, version1, version2 } from './cgroup-trees.ts';
import { CLOUD, OPENRC } from './cloud.ts';
import { CLOUDS } from './cloud-machines.ts';
import { DOCKER_HOST } from './docker.ts';
import type { World } from './host.ts';

const WALK = [
  '1.5.1.0 = "DS218+"',
  '1.5.2.0 = "1780PDN123456"',
  '1.5.3.0 = "DSM 7.2-64570"',
  '1.5.4.0 = 2',
  '1.1.0 = 1',
  '1.2.0 = 40',
  '2.1.1.2.0 = "Disk 1"',
  '2.1.1.3.0 = "WD40EFRX   "',
  '2.1.1.5.0 = 1',
  '2.1.1.6.0 = 31',
  '3.1.1.2.0 = "Volume 1"',
  '3.1.1.3.0 = 11',
];

/** Network storage whose own SNMP agent answers. */
export const SYNOLOGY: World = {
  files: {
    '/etc/synoinfo.conf': '',
    '/proc/cmdline': 'root=/dev/md0 netif_num=1 HddHotplug=1 ihd_num=2 syno_hw_version=DS218+ sn=1780PDN123456\n',
  },
  commands: {
    'snmpwalk -v 2c -c public -O nQUE 127.0.0.1 1.3.6.1.4.1.6574': {
      stdout: WALK.map((line) => `.1.3.6.1.4.1.6574.${line}\n`).join(''),
    },
  },
};

/** Machines of a special kind, for collectors that look at nothing else. */
export const SPECIAL: readonly (readonly [string, World])[] = [
  [
    'a Raspberry Pi',
    {
      files: {
        '/sys/firmware/devicetree/base/model': 'Raspberry Pi 4 Model B Rev 1.4\0',
        '/proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4\0',
        '/sys/class/thermal/thermal_zone0/temp': '48312\n',
      },
    },
  ],
  [
    'a machine with systemd',
    {
      dirs: ['/run/systemd/system'],
      commands: {
        'systemctl list-units --all --full --plain --no-legend --no-pager --output=json': {
          stdout: JSON.stringify([
            { unit: 'ssh.service', load: 'loaded', active: 'active', sub: 'running', description: 'OpenBSD' },
            { unit: 'cups.service', load: 'loaded', active: 'failed', sub: 'failed', description: 'CUPS' },
          ]),
        },
      },
    },
  ],
  ...Object.entries(CLOUDS).map(([name, world]) => [`a machine of ${name}`, world] as const),
  ['a controller of OpenStack', { files: { '/root/openrc-maas': OPENRC }, pages: CLOUD }],
  ['a machine with containers', DOCKER_HOST],
  ['network storage of Synology', SYNOLOGY],
  [
    'a guest of VMware',
    {
      commands: {
        'vmware-toolbox-cmd stat speed': { stdout: '2600 MHz\n' },
        'vmware-toolbox-cmd stat balloon': {},
        'vmware-toolbox-cmd stat swap': {},
      },
    },
  ],
  [
    'a machine on the internet',
    { pages: { 'http://ipinfo.io/json': { body: Buffer.from('{"ip": "203.0.113.1", "country": "FR"}') } } },
  ],
  ['a machine with control groups of version 2', cgroups(2)],
  ['a machine with control groups of version 1', cgroups(1)],
];

function cgroups(version: 1 | 2): World {
  const tree = version === 1 ? version1 : version2;
  const used = { cpuS: 1, readBytes: 1_000 };
  return {
    files: { '/proc/self/cgroup': MEMBERSHIP[version]('/a.slice'), ...tree('/a.slice', used, '1000000000') },
  };
}
