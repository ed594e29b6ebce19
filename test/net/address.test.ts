import { expect, test } from 'vitest';
import { endpointText, mappedAddress, parseEndpoint, plainAddress, resolveEndpoints } from '../../src/net/address.ts';

test.each([
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['10.0.0.1', '10.0.0.1'],
  ['fe80::1', 'fe80::1'],
])('%s is shown as %s', (address, shown) => {
  expect(plainAddress(address)).toBe(shown);
});

test('an IPv6 socket is given IPv4 addresses in mapped form', () => {
  expect([mappedAddress('10.0.0.1'), mappedAddress('::1')]).toEqual(['::ffff:10.0.0.1', '::1']);
});

test.each([
  ['web1', 'web1', 6_768],
  ['web1:7946', 'web1', 7_946],
  ['10.0.0.1:1', '10.0.0.1', 1],
  ['::1', '::1', 6_768],
  ['[::1]', '::1', 6_768],
  ['[::1]:7946', '::1', 7_946],
])('%s names host %s and port %i', (written, host, port) => {
  expect(parseEndpoint(written, 6_768)).toEqual({ host, port });
});

test.each(['', ':7946', 'web1:', 'web1:0', 'web1:65536', 'web1:x', '[::1', 'a:b:c'])(
  '"%s" is no address',
  (written) => {
    expect(() => parseEndpoint(written, 6_768)).toThrow(`"${written}" is not an address; write HOST, HOST:PORT`);
  },
);

test('an endpoint is written so that it can be read again', () => {
  expect([endpointText({ address: '10.0.0.1', port: 1 }), endpointText({ address: '::1', port: 2 })]).toEqual([
    '10.0.0.1:1',
    '[::1]:2',
  ]);
});

test('names are looked up, addresses are taken as they are', async () => {
  expect(await resolveEndpoints('127.0.0.9:5', 1)).toEqual([{ address: '127.0.0.9', port: 5 }]);
  expect((await resolveEndpoints('localhost:5', 1)).every(({ port }) => port === 5)).toBe(true);
});
