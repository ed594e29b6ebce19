import { MEMBERSHIP, version1, version2 } from './cgroup-trees.ts';
import { CLOUDS } from './cloud-machines.ts';
import { DOCKER_HOST } from './docker.ts';
import type { World } from './host.ts';

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
  ['a machine with containers', DOCKER_HOST],
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
