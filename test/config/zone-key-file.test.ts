import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyFileText, readKey, readKeyFile, zoneOfKeyFile } from '../../src/config/zone-key-file.ts';

const A = Buffer.alloc(32, 1).toString('base64');
const B = Buffer.alloc(16, 2).toString('base64');

test.each([
  ['a key a line', `${A}\n${B}\n`],
  ['with blank lines and the ends of lines of other systems', `\r\n${A}\r\n\n  ${B}  `],
  ['a JSON list, as Serf writes it', `[\n  "${A}",\n  "${B}"\n]`],
  ['one key twice', `${A}\n${B}\n${A}\n`],
])('%s', (_, text) => {
  const read = readKeyFile(text);
  expect('keys' in read && read.keys.map((key) => Buffer.from(key).toString('base64'))).toEqual([A, B]);
});

test.each([
  ['', 'holds no key'],
  ['\n \n', 'holds no key'],
  ['[]', 'holds no key'],
  ['[', 'is no JSON list of keys in base64'],
  ['[1]', 'is no JSON list of keys in base64'],
  ['{"a":1}', 'line 1 is not base64'],
  [`${A}\nc2VjcmV0`, 'line 2 has 6 bytes (expected 16, 24 or 32)'],
  [`["${A}","c2VjcmV0"]`, 'key 2 has 6 bytes (expected 16, 24 or 32)'],
  [`# my key\n${A}`, 'line 1 is not base64'],
  [A.slice(0, -1), 'line 1 is not base64'],
  [A.replaceAll('/', '_').replace('A', '-'), 'line 1 is not base64'],
  [`${A.slice(0, -2)}F=`, 'line 1 is not base64'],
  ['x'.repeat(20_000), 'is 20000 characters long (expected at most 16384)'],
  [
    Array.from({ length: 65 }, (_, i) => Buffer.alloc(16, i).toString('base64')).join('\n'),
    'holds 65 keys (expected at most 64)',
  ],
])('%j is no key file', (text, problem) => {
  expect(readKeyFile(text)).toEqual({ problem });
});

const keys = fc.uniqueArray(
  fc.constantFrom(16, 24, 32).chain((length) => fc.uint8Array({ minLength: length, maxLength: length })),
  { minLength: 1, maxLength: 8, selector: (key) => Buffer.from(key).toString('hex') },
);

test('what is written is read again', () => {
  fc.assert(
    fc.property(keys, fc.constantFrom('lines' as const, 'json' as const), (written, form) => {
      expect(readKeyFile(keyFileText(written, form))).toEqual({ keys: written, form });
    }),
  );
});

test('no text is too odd, and none is repeated', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 12 }), (text) => {
      const read = readKeyFile(text);
      if ('problem' in read) expect(read.problem).not.toContain(text.trim());
    }),
  );
});

test('a key that somebody typed is checked without showing it', () => {
  expect(readKey(` ${B}\n`)).toEqual(new Uint8Array(16).fill(2));
  expect(() => readKey('c2VjcmV0')).toThrow('the key has 6 bytes (expected 16, 24 or 32)');
  expect(() => readKey('my secret')).toThrow('the key is not base64');
});

test.each([
  ['lan.gossip.key', 'lan'],
  ['customer-1.gossip.key', 'customer-1'],
  ['lan.exec.key', undefined],
  ['a.b.gossip.key', undefined],
  ['.gossip.key', undefined],
])('%s holds the gossip keys of %s', (name, zone) => {
  expect(zoneOfKeyFile(name)).toBe(zone);
});
