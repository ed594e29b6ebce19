import { expect, test } from 'vitest';
import system, { countRanges } from '../../src/collectors/system.ts';
import { distributionOf } from '../../src/plugins/distribution.ts';
import { fakeHost, never } from '../support/host.ts';
import { MODERN, OLD } from '../support/machines.ts';

test('says what the machine is', async () => {
  const eth0 = {
    name: 'eth0',
    address: '10.1.2.3',
    netmask: '255.0.0.0',
    family: 4,
    mac: '',
    internal: false,
  } as const;
  const tree = await system.configure({})(fakeHost({ files: MODERN, interfaces: [eth0] }), never);
  expect(tree).toEqual({
    hostname: 'box',
    fqdn: 'box.example.org',
    architecture: 'x86_64',
    user: 'opsbro',
    uid: 1_000,
    gid: 1_000,
    timezone: 'CET',
    cpu_count: 2,
    cpu_quota: 2,
    cpu_model_name: 'AMD EPYC',
    cpu_mhz: 2_500,
    kernel: '6.1.0-13-amd64',
    boot_time: 1_700_000_000,
    uptime_s: 2_587,
    os: {
      name: 'linux',
      platform: 'linux',
      linux: {
        distribution: 'debian',
        id: 'debian',
        version: '12',
        release: '12.11',
        major_version: 12,
        minor_version: 0,
      },
    },
    local_ip: '10.1.2.3',
    public_ip: '10.1.2.3',
  });
});

test('what an old machine does not say is absent', async () => {
  const tree = await system.configure({})(fakeHost({ files: OLD }), never);
  expect(tree).toMatchObject({ cpu_count: 1, cpu_model_name: 'Kirkwood', local_ip: '127.0.0.1' });
  expect(tree).not.toHaveProperty('cpu_mhz');
  expect(tree).not.toHaveProperty('cpu_quota');
});

test.each([
  ['ID=ubuntu\nVERSION_ID="24.04"', { distribution: 'ubuntu', major_version: 24, minor_version: 4 }],
  ['ID="centos"\nVERSION_ID="7"', { distribution: 'centos', major_version: 7, minor_version: 0 }],
  ['ID="rhel"\nVERSION_ID="7.2"', { distribution: 'redhat', id: 'rhel', major_version: 7, minor_version: 2 }],
  ["ID='ol'\nVERSION_ID=9.3", { distribution: 'oracle-linux', version: '9.3' }],
  ['ID=amzn\nVERSION_ID="2018.03"', { distribution: 'amazon-linux' }],
  ['ID=amzn\nVERSION_ID="2"', { distribution: 'amazon-linux2' }],
  ['ID=amzn\nVERSION_ID="2023"', { distribution: 'amazon-linux2' }],
  ['ID="opensuse-leap"\nVERSION_ID="15.6"', { distribution: 'opensuse', major_version: 15, minor_version: 6 }],
  ['ID=sles', { distribution: 'opensuse', major_version: null, minor_version: null }],
  ['ID=alpine\nVERSION_ID=3.20.1', { distribution: 'alpine', major_version: 3, minor_version: 20 }],
  ['ID=arch\nVERSION_ID=rolling', { distribution: 'arch', major_version: null, minor_version: null }],
])('%j', (release, expected) => {
  expect(distributionOf({ release, debian: undefined, isSynology: false })).toMatchObject(expected);
});

test('a Synology has no os-release', () => {
  expect(distributionOf({ release: undefined, debian: undefined, isSynology: true })).toMatchObject({
    distribution: 'synology',
  });
});

test.each([
  ['0', 1],
  ['0-3', 4],
  ['0-1,4,6-7', 5],
  ['3-1', 0],
  ['x', 0],
])('processors %s are %d', (ranges, count) => {
  expect(countRanges(ranges)).toBe(count);
});

test('the public address is what the hoster says, where one does', async () => {
  const known = fakeHost().self();
  const self = known && { ...known, publicAddress: '203.0.113.4' };
  expect(await system.configure({})(fakeHost({ files: MODERN, ...(self && { self }) }), never)).toMatchObject({
    public_ip: '203.0.113.4',
  });
});
