import { expect, test } from 'vitest';
import { broadcastTargets, networkBroadcast, networksOf } from '../../src/net/broadcast.ts';
import type { InterfaceAddress } from '../../src/net/host.ts';

const at = (
  name: string,
  address: string,
  netmask: string,
  over: Partial<InterfaceAddress> = {},
): InterfaceAddress => ({
  name,
  address,
  netmask,
  family: 4,
  mac: '02:00:00:00:00:01',
  internal: false,
  ...over,
});

test.each([
  ['10.0.0.7', '255.255.255.0', '10.0.0.255'],
  ['172.16.5.1', '255.240.0.0', '172.31.255.255'],
  ['192.168.1.130', '255.255.255.128', '192.168.1.255'],
  ['192.168.1.1', '255.255.255.252', '192.168.1.3'],
  ['192.168.1.1', '255.255.255.254', undefined],
  ['192.168.1.1', '255.255.255.255', undefined],
  ['fe80::1', 'ffff:ffff:ffff:ffff::', undefined],
])('the network of %s with mask %s is reached at %s', (address, netmask, broadcast) => {
  expect(networkBroadcast({ address, netmask })).toBe(broadcast);
});

test('everybody is reached on each network, on all of them, and on each IPv6 link', () => {
  const interfaces = [
    at('lo', '127.0.0.1', '255.0.0.0', { internal: true }),
    at('eth0', '10.0.0.7', '255.255.255.0'),
    at('eth0', 'fe80::7', 'ffff:ffff:ffff:ffff::', { family: 6 }),
    at('eth1', '10.1.0.7', '255.255.0.0'),
  ];
  expect(broadcastTargets(interfaces)).toEqual(['10.0.0.255', '10.1.255.255', '255.255.255.255', 'ff02::1%eth0']);
});

test('by one interface only its own networks are reached', () => {
  const interfaces = [at('eth0', '10.0.0.7', '255.255.255.0'), at('eth1', '10.1.0.7', '255.255.0.0')];
  expect(broadcastTargets(interfaces, 'eth1')).toEqual(['10.1.255.255']);
});

test('who listens at an address hears everybody of its networks', () => {
  const interfaces = [
    at('lo', '127.0.0.1', '255.0.0.0', { internal: true }),
    at('eth0', '10.0.0.7', '255.255.255.0'),
    at('eth0', 'fd77::7', 'ffff:ffff:ffff:ffff::', { family: 6 }),
  ];
  expect(networksOf(interfaces)).toEqual([
    { address: '10.0.0.7', network: '10.0.0.255' },
    { address: '10.0.0.7', network: '255.255.255.255' },
    { address: 'fd77::7', network: 'ff02::1%eth0' },
  ]);
});

test('a machine with nothing but loopback reaches nobody', () => {
  expect(broadcastTargets([at('lo', '127.0.0.1', '255.0.0.0', { internal: true })])).toEqual([]);
});
