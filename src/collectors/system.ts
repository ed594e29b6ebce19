import { z } from 'zod';
import { numberIn } from '../base/numbers.ts';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { localAddress } from '../net/local-address.ts';
import { distributionOf } from '../plugins/distribution.ts';
import { namesIn, readIfThere } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { known } from '../plugins/trees.ts';

const info = (key: string, meaning: string): KeyDoc => ({ key, kind: 'info', unit: '', meaning });
const gauge = (key: string, unit: string, meaning: string): KeyDoc => ({ key, kind: 'gauge', unit, meaning });

export default defineCollector({
  name: 'system',
  description: 'What this machine is: names, addresses, processors, distribution, kernel.',
  intervalMs: 60_000,
  options: z.object({}),
  keys: [
    info('hostname', 'Name of the host.'),
    info('fqdn', 'Its name with the domain, or without where it has none.'),
    info('architecture', 'Of the kernel, such as `x86_64`.'),
    info('os.name', 'Always `linux`.'),
    info('os.platform', 'Always `linux`.'),
    info('os.linux.distribution', 'Such as `debian`, `ubuntu`, `redhat`, `centos`, `alpine`, `amazon-linux2`.'),
    info('os.linux.id', 'How the distribution calls itself.'),
    info('os.linux.version', 'Version of the distribution, such as `12` or `7.2`.'),
    info('os.linux.release', 'Version with the point release, on Debian.'),
    gauge('os.linux.major_version', '', 'First number of the version; null when it is none.'),
    gauge('os.linux.minor_version', '', 'Second number of the version; 0 when there is none, null when the first is.'),
    gauge('cpu_count', '', 'Processors that are online.'),
    gauge('cpu_quota', '', 'Processors that this container may use, rounded up; absent without a limit.'),
    info('cpu_model_name', 'Of the processors.'),
    gauge('cpu_mhz', 'MHz', 'Present clock of the last processor.'),
    info('kernel', 'Version of the kernel.'),
    gauge('boot_time', 's', 'Seconds since 1970 at which the kernel started.'),
    gauge('uptime_s', 's', 'Seconds since the kernel started.'),
    info('user', 'That the agent runs as.'),
    gauge('uid', '', 'Its number.'),
    gauge('gid', '', 'Number of its group.'),
    info('timezone', 'Abbreviation of the local time now, such as `CET`.'),
    info('local_ip', 'Address by which others on the network reach this machine.'),
    info('public_ip', 'Address by which the world reaches this machine; the local one where no hoster says another.'),
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const { timezone, addresses, ...facts } = await host.facts();
    const [cpu, kernel, linux] = await Promise.all([readCpu(host), readKernel(host), readDistribution(host)]);
    const address = localAddress(host.interfaces(), addresses);
    return {
      ...facts,
      timezone: timezone.abbreviation,
      ...cpu,
      ...kernel,
      os: { name: 'linux', platform: 'linux', linux },
      local_ip: address,
      public_ip: host.self()?.publicAddress ?? address,
    };
  },
});

async function readCpu(host: Host): Promise<Metrics> {
  const cpuinfo = (await readIfThere(host, '/proc/cpuinfo')) ?? '';
  const online = await readIfThere(host, '/sys/devices/system/cpu/online');
  const clock = numberIn(lineOf(cpuinfo, 'cpu MHz').at(-1));
  return known({
    cpu_count: (online && countRanges(online)) || lineOf(cpuinfo, 'processor').length || undefined,
    cpu_quota: await readQuota(host),
    cpu_model_name: MODEL_LINES.map((name) => lineOf(cpuinfo, name)[0]).find((model) => model !== undefined),
    cpu_mhz: clock === undefined ? undefined : Math.round(clock),
  });
}

/** Where the model stands depends on the architecture. */
const MODEL_LINES = ['model name', 'Model', 'cpu model', 'Hardware'];

/** The values of all `name : value` lines of that name. */
function lineOf(cpuinfo: string, name: string): string[] {
  return cpuinfo
    .split('\n')
    .filter((line) => line.startsWith(name) && line.slice(name.length).trimStart().startsWith(':'))
    .map((line) => line.slice(line.indexOf(':') + 1).trim());
}

/** How many numbers `0-3,8` names; 0 when it is not understood. */
export function countRanges(ranges: string): number {
  let count = 0;
  for (const range of ranges.split(',')) {
    const [first, last = first] = range.split('-').map(numberIn);
    if (first === undefined || last === undefined || last < first) return 0;
    count += last - first + 1;
  }
  return count;
}

/** Processors by the quota of control groups of version 2, else of version 1, as a container sees its own. */
async function readQuota(host: Host): Promise<number | undefined> {
  const [both, quota, period] = await Promise.all([
    readIfThere(host, '/sys/fs/cgroup/cpu.max'),
    readIfThere(host, '/sys/fs/cgroup/cpu/cpu.cfs_quota_us'),
    readIfThere(host, '/sys/fs/cgroup/cpu/cpu.cfs_period_us'),
  ]);
  const [most, of] = (both?.split(' ') ?? [quota, period]).map(numberIn);
  return most !== undefined && of !== undefined && most > 0 && of > 0 ? Math.ceil(most / of) : undefined;
}

async function readKernel(host: Host): Promise<Metrics> {
  const [kernel, stat, uptime] = await Promise.all([
    readIfThere(host, '/proc/sys/kernel/osrelease'),
    readIfThere(host, '/proc/stat'),
    readIfThere(host, '/proc/uptime'),
  ]);
  const seconds = numberIn(uptime?.split(' ')[0]);
  return known({
    kernel,
    boot_time: numberIn(/^btime (\d+)$/m.exec(stat ?? '')?.[1]),
    uptime_s: seconds === undefined ? undefined : Math.floor(seconds),
  });
}

async function readDistribution(host: Host): Promise<Metrics> {
  const etc = await namesIn(host, '/etc.defaults');
  const [release, debian] = await Promise.all([
    readIfThere(host, '/etc/os-release'),
    readIfThere(host, '/etc/debian_version'),
  ]);
  return distributionOf({ release, debian, isSynology: etc.includes('VERSION') });
}
