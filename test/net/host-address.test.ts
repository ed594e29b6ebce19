import { expect, test } from 'vitest';
import type { InterfaceAddress } from '../../src/net/host.ts';
import { fullName, namesInHosts } from '../../src/net/host-names.ts';
import { timezoneOf } from '../../src/net/host-timezone.ts';
import { localAddress } from '../../src/net/local-address.ts';

/** `eth0 10.0.0.1, lo 127.0.0.1` as addresses of interfaces. */
const having = (text: string): InterfaceAddress[] =>
  text.split(', ').map((entry) => {
    const [name = '', address = ''] = entry.split(' ');
    return { name, address, netmask: '', family: address.includes(':') ? 6 : 4, mac: '', internal: name === 'lo' };
  });

test.each([
  // interfaces, what the host name resolves to, the address
  ['lo 127.0.0.1, eth0 10.0.0.1, eth1 192.168.1.1', '', '192.168.1.1'],
  ['eth0 10.0.0.1, eth1 172.16.0.1', '', '172.16.0.1'],
  ['eth0 172.32.0.1, eth1 10.0.0.1', '', '10.0.0.1'],
  ['eth0 fd00::1, eth1 203.0.113.5', '', '203.0.113.5'],
  ['eth0 fe80::1, eth0 2001:db8::1', '', '2001:db8::1'],
  ['docker0 192.168.9.1, eth0 203.0.113.5', '', '203.0.113.5'],
  ['docker0 172.17.0.1, lo 127.0.0.1', '', '172.17.0.1'],
  ['lo 127.0.0.1, eth0 169.254.1.1, eth0 fe80::1', '', '127.0.0.1'],
  ['lo 127.0.0.1, lo ::1', '127.0.0.1', '127.0.0.1'],
  ['eth0 10.0.0.1, eth1 192.168.1.1', '127.0.1.1 10.0.0.1', '10.0.0.1'],
  ['eth0 10.0.0.1, eth1 169.254.7.7', '169.254.7.7 10.9.9.9', '10.0.0.1'],
])('a machine with %s that calls itself "%s" is reached at %s', (interfaces, resolved, address) => {
  expect(localAddress(having(interfaces), resolved.split(' '))).toBe(address);
});

const HOSTS = '127.0.0.1 localhost\n127.0.1.1 box.example.org box # own\n10.0.0.5 BOX\n# 10.0.0.6 box\n';

test('the first name of a line of hosts is the full one, and all lines count for addresses', () => {
  expect(namesInHosts(HOSTS, 'box')).toEqual({ fqdn: 'box.example.org', addresses: ['127.0.1.1', '10.0.0.5'] });
  expect(namesInHosts(HOSTS, 'other')).toBeUndefined();
});

test('a name found under an address counts only when it is of this host', () => {
  expect(fullName('box', 'box.example.org')).toBe('box.example.org');
  expect(fullName('box', 'ip-10-0-0-5.example.org')).toBe('box');
});

const PARIS = 'TZif2\0\0\0CET\nCET-1CEST,M3.5.0,M10.5.0/3\n';
const says = { variable: undefined, link: '/usr/share/zoneinfo/Europe/Paris', file: undefined, rules: PARIS };

test.each([
  ['winter', { ...says, offsetS: 3_600 }, 'Europe/Paris', 'CET'],
  ['summer', { ...says, offsetS: 7_200 }, 'Europe/Paris', 'CEST'],
  ['the west', { ...says, rules: '\nEST5EDT,M3.2.0,M11.1.0\n', offsetS: -18_000 }, 'Europe/Paris', 'EST'],
  ['half hours', { ...says, rules: '\n<+0330>-3:30\n', offsetS: 12_600 }, 'Europe/Paris', '+0330'],
  ['a variable', { ...says, variable: ':Asia/Tokyo', offsetS: 32_400 }, 'Asia/Tokyo', '+09'],
  [
    'a file',
    { ...says, link: undefined, file: 'Europe/Rome\n', rules: undefined, offsetS: 3_600 },
    'Europe/Rome',
    '+01',
  ],
  ['nothing', { ...says, link: undefined, rules: undefined, offsetS: 0 }, 'UTC', 'UTC'],
])('the local time of a machine told by %s', (...[, sources, name, abbreviation]) => {
  expect(timezoneOf(sources)).toEqual({ name, abbreviation, offsetS: sources.offsetS });
});
