import { z } from 'zod';
import { systemCode } from '../base/errors.ts';
import type { Host } from '../net/host.ts';
import { readIfThere } from '../plugins/files.ts';
import { defineCollector } from '../plugins/kinds.ts';
import { firmware } from '../plugins/metadata.ts';

const KVM = 'KVMKVMKVM';
const VMWARE = 'VMwareVMware';
const XEN = 'XenVMMXenVMM';
const VIRTUALBOX = 'VBoxVBoxVBox';
const HYPER_V = 'MicrosoftHv';

/** Words of `systemd-detect-virt` for what we have a word of our own. */
const DETECTED: ReadonlyMap<string, string> = new Map([
  ['none', ''],
  ['kvm', KVM],
  ['amazon', KVM],
  ['google', KVM],
  ['vmware', VMWARE],
  ['xen', XEN],
  ['oracle', VIRTUALBOX],
  ['microsoft', HYPER_V],
  ['bhyve', 'bhyve'],
  ['qemu', 'QEMU'],
]);

/** What makers and models of machines begin with that are none of iron. */
const FIRMWARE: readonly (readonly [string, string])[] = [
  ['VMware', VMWARE],
  ['VirtualBox', VIRTUALBOX],
  ['innotek', VIRTUALBOX],
  ['Xen', XEN],
  ['KVM', KVM],
  ['Amazon EC2', KVM],
  ['Google Compute Engine', KVM],
  ['BHYVE', 'bhyve'],
];

const LIMIT_MS = 5_000;

export default defineCollector({
  name: 'hypervisor',
  description: 'Under which hypervisor this machine runs.',
  intervalMs: 3_600_000,
  options: z.object({}),
  keys: [
    {
      key: 'hypervisor',
      kind: 'info',
      unit: '',
      meaning:
        'Is `KVMKVMKVM`, `VMwareVMware`, `XenVMMXenVMM`, `VBoxVBoxVBox`, `MicrosoftHv`, `bhyve`, `QEMU`, or empty when there is none.',
    },
  ],

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const hypervisor = (await byKernel(host)) ?? (await byProgram(host, signal)) ?? (await byFirmware(host));
    return { hypervisor: hypervisor ?? (await byClock(host)) };
  },
});

async function byKernel(host: Host): Promise<string | undefined> {
  return (await readIfThere(host, '/sys/hypervisor/type')) === 'xen' ? XEN : undefined;
}

async function byProgram(host: Host, signal: AbortSignal): Promise<string | undefined> {
  try {
    // It ends with 1 for `none`.
    const { stdout } = await host.run({ argv: ['systemd-detect-virt', '--vm'], timeoutMs: LIMIT_MS }, signal);
    return DETECTED.get(stdout.trim());
  } catch (error) {
    signal.throwIfAborted();
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

async function byFirmware(host: Host): Promise<string | undefined> {
  const [vendor, product] = await Promise.all([firmware(host, 'sys_vendor'), firmware(host, 'product_name')]);
  // The same maker has tablets and notebooks.
  if (vendor === 'Microsoft Corporation' && product === 'Virtual Machine') return HYPER_V;
  if (vendor === 'QEMU') return (await byClock(host)) || 'QEMU';
  return FIRMWARE.find(([begin]) => vendor.startsWith(begin) || product.startsWith(begin))?.[1];
}

/** KVM gives its guests a clock of their own; of other hypervisors the processor only tells that there is one. */
async function byClock(host: Host): Promise<string> {
  const clock = await readIfThere(host, '/sys/devices/system/clocksource/clocksource0/available_clocksource');
  return clock?.includes('kvm-clock') ? KVM : '';
}
