import { expect, test } from 'vitest';
import hypervisor from '../../src/collectors/hypervisor.ts';
import { fakeHost, never, type World } from '../support/host.ts';

const dmi = (vendor: string, product: string) => ({
  '/sys/class/dmi/id/sys_vendor': `${vendor}\n`,
  '/sys/class/dmi/id/product_name': `${product}\n`,
});
const CLOCK = '/sys/devices/system/clocksource/clocksource0/available_clocksource';
const detected = (word: string): World => ({
  commands: { 'systemd-detect-virt --vm': { stdout: `${word}\n`, exit: word === 'none' ? 1 : 0 } },
});

test.each<readonly [string, World, string]>([
  ['the kernel knows of Xen', { files: { '/sys/hypervisor/type': 'xen\n' }, ...detected('kvm') }, 'XenVMMXenVMM'],
  ['systemd sees KVM', detected('kvm'), 'KVMKVMKVM'],
  ['systemd sees an Amazon host', detected('amazon'), 'KVMKVMKVM'],
  ['systemd sees VMware', detected('vmware'), 'VMwareVMware'],
  ['systemd sees VirtualBox', detected('oracle'), 'VBoxVBoxVBox'],
  ['systemd sees Hyper-V', detected('microsoft'), 'MicrosoftHv'],
  ['systemd sees plain QEMU', detected('qemu'), 'QEMU'],
  ['systemd sees bhyve', detected('bhyve'), 'bhyve'],
  ['systemd sees nothing', { ...detected('none'), files: dmi('QEMU', 'Standard PC') }, ''],
  ['the firmware is of VMware', { files: dmi('VMware, Inc.', 'VMware Virtual Platform') }, 'VMwareVMware'],
  ['the firmware is of VirtualBox', { files: dmi('innotek GmbH', 'VirtualBox') }, 'VBoxVBoxVBox'],
  ['the firmware is of Hyper-V', { files: dmi('Microsoft Corporation', 'Virtual Machine') }, 'MicrosoftHv'],
  ['it is a notebook of that maker', { files: dmi('Microsoft Corporation', 'Surface Pro 7') }, ''],
  ['the firmware is of QEMU', { files: dmi('QEMU', 'Standard PC') }, 'QEMU'],
  ['it is QEMU with KVM', { files: { ...dmi('QEMU', 'Standard PC'), [CLOCK]: 'kvm-clock tsc\n' } }, 'KVMKVMKVM'],
  ['only the clock tells', { files: { [CLOCK]: 'kvm-clock tsc\n' } }, 'KVMKVMKVM'],
  ['it is a machine of iron', { files: { ...dmi('Dell Inc.', 'PowerEdge R640'), [CLOCK]: 'tsc hpet\n' } }, ''],
])('%s', async (_, world, expected) => {
  expect(await hypervisor.configure({})(fakeHost(world), never)).toEqual({ hypervisor: expected });
});
