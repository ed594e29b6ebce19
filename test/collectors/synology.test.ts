import { expect, test } from 'vitest';
import { parseWalk } from '../../src/collectors/support/synology-status.ts';
import synology from '../../src/collectors/synology.ts';
import { CollectError, NotEligible } from '../../src/plugins/outcomes.ts';
import { fakeHost, never } from '../support/host.ts';
import { SYNOLOGY } from '../support/special-machines.ts';

const HARDWARE = { are_disks_hotplug: true, number_of_iface: 1, number_of_disks: 2 };

test('shows the state of the device in words', async () => {
  expect(await synology.configure({})(fakeHost(SYNOLOGY), never)).toEqual({
    ...HARDWARE,
    model: 'DS218+',
    serial: '1780PDN123456',
    dsm_version: 'DSM 7.2-64570',
    dsm_upgrade_available: 'unavailable',
    system_status: 'normal',
    temperature: 40,
    raid_name: 'Volume 1',
    raid_status: 'degrade',
    disks: { 'Disk 1': { model: 'WD40EFRX', status: 'normal', temperature: 31 } },
  });
});

test('when its SNMP agent does not answer, what the kernel was told is still shown', async () => {
  const run = synology.configure({})(fakeHost({ files: SYNOLOGY.files ?? {} }), never);
  await expect(run).rejects.toThrow(CollectError);
  await expect(run).rejects.toMatchObject({ partial: { model: 'DS218+', ...HARDWARE } });
});

test('any other machine is not eligible, and no program is started there', async () => {
  await expect(synology.configure({})(fakeHost({ commands: SYNOLOGY.commands ?? {} }), never)).rejects.toThrow(
    NotEligible,
  );
});

test('a community cannot be taken for an option', () => {
  expect(() => synology.configure({ snmp_community: '-Cp' })).toThrow('write one word');
});

test('what is no value is passed over', () => {
  expect([...parseWalk('Timeout: No Response\n.1.3.6.1.4.1.9.1 = 4\n.1.3.6.1.4.1.6574.1.2.0 = 40\n')]).toEqual([
    ['1.2.0', '40'],
  ]);
});
