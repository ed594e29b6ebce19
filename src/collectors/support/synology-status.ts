import { numberIn } from '../../base/numbers.ts';
import type { Metrics } from '../../model/metrics.ts';
import { known } from '../../plugins/trees.ts';

/** Where Synology keeps its own values in the tree of SNMP: https://kb.synology.com/en-global/DG/Synology_DiskStation_MIB_Guide/1. */
export const BASE = '1.3.6.1.4.1.6574';

const table = (...names: readonly string[]): ReadonlyMap<string, string> =>
  new Map(names.map((name, at) => [String(at + 1), name]));

const HEALTH = table('normal', 'failed');
const UPGRADE = table('available', 'unavailable', 'connecting', 'disconnected', 'others');
const RAID = table(
  ...'normal repairing migrating expanding deleting creating raidSyncing raidParityChecking raidAssembling canceling degrade crashed'.split(
    ' ',
  ),
);
const DISK = table('normal', 'initialized', 'notInitialized', 'systemPartitionFailed', 'crashed');

/** The values of a walk, by the part of their number that follows the base: lines such as `.1.3.6.1.4.1.6574.1.2.0 = 40`. */
export function parseWalk(printed: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of printed.split('\n')) {
    const [, oid = '', value = ''] = /^\.?([\d.]+) = (.*)$/.exec(line.trim()) ?? [];
    if (oid.startsWith(`${BASE}.`)) values.set(oid.slice(BASE.length + 1), value.replace(/^"(.*)"$/, '$1').trim());
  }
  return values;
}

/** What the values of a walk mean. */
export function statusOf(values: ReadonlyMap<string, string>): Metrics {
  const text = (oid: string) => values.get(oid) || undefined;
  const number = (oid: string) => numberIn(values.get(oid));
  const named = (oid: string, names: ReadonlyMap<string, string>) => {
    const value = values.get(oid);
    return value === undefined ? undefined : (names.get(value) ?? value);
  };
  return known({
    model: text('1.5.1.0'),
    serial: text('1.5.2.0'),
    dsm_version: text('1.5.3.0'),
    dsm_upgrade_available: named('1.5.4.0', UPGRADE),
    system_status: named('1.1.0', HEALTH),
    temperature: number('1.2.0'),
    power_status: named('1.3.0', HEALTH),
    system_fan_status: named('1.4.1.0', HEALTH),
    cpu_fan_status: named('1.4.2.0', HEALTH),
    raid_name: text('3.1.1.2.0') ?? text('3.1.1.2.1'),
    raid_status: named('3.1.1.3.0', RAID) ?? named('3.1.1.3.1', RAID),
    ups_model: text('4.1.1.0'),
    ups_serial: text('4.1.3.0'),
    ups_status: text('4.2.1.0'),
    ups_load: number('4.2.12.1.0'),
    ups_batterie_charge: number('4.3.1.1.0'),
    ups_batterie_warning: number('4.3.1.4.0'),
    ...disksOf(values),
  });
}

function disksOf(values: ReadonlyMap<string, string>): { readonly disks?: Metrics } {
  const disks: [string, Metrics][] = [];
  for (const [oid, id] of values) {
    const [, row] = /^2\.1\.1\.2\.(\d+)$/.exec(oid) ?? [];
    if (row === undefined || id === '') continue;
    const status = values.get(`2.1.1.5.${row}`) ?? '';
    disks.push([
      id,
      known({
        model: values.get(`2.1.1.3.${row}`),
        status: DISK.get(status) ?? (status || undefined),
        temperature: numberIn(values.get(`2.1.1.6.${row}`)),
      }),
    ]);
  }
  return disks.length > 0 ? { disks: Object.fromEntries(disks) } : {};
}

/** What the kernel was told of the hardware when it started. */
export function hardwareOf(cmdline: string): Metrics {
  const words = new Map(cmdline.split(/\s+/).map((word) => word.split('=', 2) as [string, string | undefined]));
  const hotplug = words.get('HddHotplug');
  return known({
    model: words.get('syno_hw_version'),
    serial: words.get('sn'),
    are_disks_hotplug: hotplug === undefined ? undefined : hotplug === '1',
    number_of_iface: numberIn(words.get('netif_num')),
    number_of_disks: numberIn(words.get('ihd_num')),
  });
}
