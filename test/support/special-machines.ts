import { CLOUDS } from './cloud-machines.ts';
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
];
