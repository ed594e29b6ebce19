import { expect, test } from 'vitest';
import interfaces from '../../src/collectors/interfaces.ts';
import { fakeHost, never } from '../support/host.ts';
import { MODERN } from '../support/machines.ts';

const eth0 = { name: 'eth0', netmask: '255.255.252.0', mac: '02:fc:00:00:00:01', internal: false } as const;

test('an interface with its addresses; entries that are no interfaces are passed over', async () => {
  const addresses = [
    { ...eth0, address: '192.168.5.9', family: 4 },
    { ...eth0, address: 'fd00::2', family: 6 },
  ] as const;
  expect(await interfaces.configure({})(fakeHost({ files: MODERN, interfaces: addresses }), never)).toEqual({
    eth0: {
      interface: 'eth0',
      link_encap: 'Ethernet',
      hardware_address: '02:fc:00:00:00:01',
      ip_address: '192.168.5.9',
      net_mask: '255.255.252.0',
      broadcast_address: '192.168.7.255',
      ip_addresses: ['192.168.5.9'],
      ipv6_addresses: ['fd00::2'],
      mtu: 1_500,
      up: true,
      running: true,
      broadcast: true,
      multicast: true,
    },
  });
});

test('one that is switched off does not run and has no address', async () => {
  const files = { ...MODERN, '/sys/class/net/eth0/flags': '0x1002' };
  const { eth0: link } = await interfaces.configure({})(fakeHost({ files }), never);
  expect(link).toMatchObject({ up: false, running: false, ip_addresses: [] });
  expect(link).not.toHaveProperty('ip_address');
});
