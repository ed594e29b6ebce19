import { expect, test } from 'vitest';
import { ipBytes, ipText } from '../../src/base/ip.ts';

const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex');

test.each([
  ['127.0.0.1', '7f000001'],
  ['255.255.255.255', 'ffffffff'],
  ['::', '00000000000000000000000000000000'],
  ['::1', '00000000000000000000000000000001'],
  ['fd00::3', 'fd000000000000000000000000000003'],
  ['1::', '00010000000000000000000000000000'],
  ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
  ['1:0:2:3:4:5:6:7', '00010000000200030004000500060007'],
])('%s is %s and back', (text, bytes) => {
  expect(hex(ipBytes(text))).toBe(bytes);
  expect(ipText(Buffer.from(bytes, 'hex'))).toBe(text);
});

test.each([
  ['::ffff:10.0.0.7', '00000000000000000000ffff0a000007', '10.0.0.7'],
  ['FD00::3', 'fd000000000000000000000000000003', 'fd00::3'],
  ['64:ff9b::1.2.3.4', '0064ff9b000000000000000001020304', '64:ff9b::102:304'],
])('%s is %s, shown as %s', (text, bytes, short) => {
  expect(hex(ipBytes(text))).toBe(bytes);
  expect(ipText(Buffer.from(bytes, 'hex'))).toBe(short);
});

test.each([
  '',
  '1.2.3',
  '1.2.3.256',
  '1.2.3.4.5',
  'a.b.c.d',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '12345::',
  'g::',
  'fe80::1%eth0',
  '1:2:3:4:5:6:7::8',
])('"%s" is no address', (text) => {
  expect(ipBytes(text)).toBeUndefined();
});

test.each([0, 3, 5, 15, 17])('%i bytes are no address', (length) => {
  expect(ipText(new Uint8Array(length))).toBeUndefined();
});
