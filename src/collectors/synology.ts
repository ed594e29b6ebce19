import { z } from 'zod';
import { systemCode } from '../base/errors.ts';
import type { Host } from '../net/host.ts';
import { readIfThere } from '../plugins/files.ts';
import { isSynology } from '../plugins/hosters.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { CollectError, NotEligible } from '../plugins/outcomes.ts';
import { BASE, hardwareOf, parseWalk, statusOf } from './support/synology-status.ts';

const LIMIT_MS = 8_000;
const OUTPUT_BYTES = 1_048_576;

const info = (key: string, meaning: string): KeyDoc => ({ key, kind: 'info', unit: '', meaning });
const gauge = (key: string, unit: string, meaning: string): KeyDoc => ({ key, kind: 'gauge', unit, meaning });

export default defineCollector({
  name: 'synology',
  description: 'How network storage of Synology is: disks, RAID, fans, UPS.',
  intervalMs: 60_000,
  options: z.object({
    snmp_community: z
      .string()
      .regex(/^[^-\s]\S{0,63}$/, 'write one word')
      .default('public')
      .describe('Community of its own SNMP agent; it can be seen in the list of processes while it is asked.'),
  }),
  keys: [
    info('model', 'Model of the device.'),
    info('serial', 'Serial number of the device.'),
    info('dsm_version', 'Version of its system.'),
    info('dsm_upgrade_available', 'Is `available`, `unavailable`, `connecting`, `disconnected` or `others`.'),
    info('system_status', 'Is `normal` or `failed`.'),
    gauge('temperature', 'celsius', 'How warm the device is.'),
    info('power_status', 'Of the power supply: `normal` or `failed`.'),
    info('system_fan_status', 'Is `normal` or `failed`.'),
    info('cpu_fan_status', 'Is `normal` or `failed`.'),
    info('raid_name', 'Name of the first RAID.'),
    info('raid_status', 'Of the first RAID, such as `normal`, `degrade` or `crashed`.'),
    info('ups_model', 'Model of the uninterruptible power supply.'),
    info('ups_serial', 'Its serial number.'),
    info('ups_status', 'What it says of itself.'),
    gauge('ups_load', 'percent', 'How much of its power is asked for.'),
    gauge('ups_batterie_charge', 'percent', 'How full its battery is.'),
    gauge('ups_batterie_warning', 'percent', 'Below which charge it warns.'),
    info('disks.*.model', 'Model of a disk.'),
    info('disks.*.status', 'Is `normal`, `initialized`, `notInitialized`, `systemPartitionFailed` or `crashed`.'),
    gauge('disks.*.temperature', 'celsius', 'How warm the disk is.'),
    gauge('are_disks_hotplug', '', 'Whether disks may be changed while it runs.'),
    gauge('number_of_iface', '', 'Network interfaces it was built with.'),
    gauge('number_of_disks', '', 'Disks that fit into it.'),
  ],

  configure:
    ({ snmp_community: community }) =>
    async (host, signal) => {
      signal.throwIfAborted();
      if (!(await isSynology(host))) throw new NotEligible('this machine is not of Synology');
      const hardware = hardwareOf((await readIfThere(host, '/proc/cmdline')) ?? '');
      const status = statusOf(parseWalk(await walk(community, host, signal)));
      if (Object.keys(status).length > 0) return { ...hardware, ...status };
      throw new CollectError('its SNMP agent does not answer; switch it on, and check the community', hardware);
    },
});

/** Every value of Synology's own; empty when there is no program to ask for them, or nobody answers it. */
async function walk(community: string, host: Host, signal: AbortSignal): Promise<string> {
  const argv = ['snmpwalk', '-v', '2c', '-c', community, '-O', 'nQUE', '127.0.0.1', BASE] as const;
  try {
    return (await host.run({ argv, timeoutMs: LIMIT_MS, outputCap: OUTPUT_BYTES }, signal)).stdout;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return '';
  }
}
