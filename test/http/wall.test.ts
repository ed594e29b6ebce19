import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failedWith } from '../../src/base/errors.ts';
import { type Asked, checkAsked } from '../../src/http/wall.ts';

const RULES = { hostNames: () => ['node1', 'opsbro.example.org'], pagePorts: () => [6770] };
const ASKED: Asked = { target: '/agent/name', host: 'localhost:6770', origin: undefined, localAddress: '127.0.0.1' };

function refusal(asked: Partial<Asked>): string | undefined {
  try {
    checkAsked({ ...ASKED, ...asked }, RULES);
    return undefined;
  } catch (error) {
    return failedWith(error, 'bad_request', 'bad_key', 'wrong_host', 'forbidden', 'uri_too_long')
      ? error.code
      : 'unforeseen';
  }
}

test.each([
  ['/kv/a/b', undefined],
  ['/kv//a', undefined],
  ['/kv/a/', undefined],
  ['/kv/%C3%A9', undefined],
  ['/kv/a%2Fb', undefined],
  ['/kv/a?prefix=a/../b', undefined],
  ['//a', undefined],
  ['/kv/a/../b', 'bad_key'],
  ['/kv/..', 'bad_key'],
  ['/kv/./a', 'bad_key'],
  ['/kv/%2e%2e/b', 'bad_key'],
  ['/kv/a/%2E', 'bad_key'],
  ['/kv/a\\b', 'bad_key'],
  ['/kv/\u00e9', 'bad_key'],
  ['/kv/%', 'bad_key'],
  ['/kv/%zz', 'bad_key'],
  ['/kv/%C3', 'bad_key'],
  ['/agent/../kv/a', 'bad_request'],
  ['/agent/name#x', 'bad_request'],
  ['http://127.0.0.1/agent/name', 'bad_request'],
  ['*', 'bad_request'],
  ['', 'bad_request'],
  [`/${'a'.repeat(9_000)}`, 'uri_too_long'],
])('the target %s: %s', (target, code) => {
  expect(refusal({ target })).toBe(code);
});

const isDecodable = (path: string): boolean => {
  try {
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
};

test('exactly the paths that are not in their normal form, or cannot be decoded, are refused', () => {
  const parts = fc.constantFrom(
    ...['.', '..', '/', 'a', '%2e', '%2E', '%2f', '%c3%A9', '%41', '%', ':', '@', "'", '|', '^', '\\', ' ', '~', 'é'],
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 8 }), (some) => {
      const target = `/kv/${some.join('')}`;
      const isRouted = new URL(`http://host${target}`).pathname === target;
      expect(refusal({ target })).toBe(isRouted && isDecodable(target) ? undefined : 'bad_key');
    }),
    { numRuns: 1_000 },
  );
});

test('what passes the wall is routed as it was sent', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
      const target = `/kv/${text.replace(/[?#]/g, '')}`;
      if (refusal({ target }) === undefined) expect(new URL(`http://host${target}`).pathname).toBe(target);
    }),
  );
});

test.each([
  ['localhost', undefined],
  ['LocalHost:1', undefined],
  ['localhost.', undefined],
  ['127.0.0.1:6770', undefined],
  ['node1:6770', undefined],
  ['NODE1', undefined],
  ['opsbro.example.org', undefined],
  ['evil.example', 'wrong_host'],
  ['127.0.0.2', 'wrong_host'],
  ['10.0.0.1', 'wrong_host'],
  ['localhost.evil.example', 'wrong_host'],
  ['evil@localhost', 'wrong_host'],
  ['localhost/evil', 'wrong_host'],
  ['local host', 'wrong_host'],
  ['localhost:', 'wrong_host'],
  ['', 'wrong_host'],
  [undefined, 'bad_request'],
])('the host %s: %s', (host, code) => {
  expect(refusal({ host })).toBe(code);
});

test('an IPv6 address of ours is a host of ours, in brackets', () => {
  expect(refusal({ host: '[::1]:6770', localAddress: '::1' })).toBeUndefined();
  expect(refusal({ host: '127.0.0.1', localAddress: '::ffff:127.0.0.1' })).toBeUndefined();
  expect(refusal({ host: '[::2]:6770', localAddress: '::1' })).toBe('wrong_host');
});

test.each([
  ['http://localhost:6770', undefined],
  ['https://localhost:6770', undefined],
  ['http://localhost:3000', 'forbidden'],
  ['http://evil.example', 'forbidden'],
  ['http://127.0.0.1:6770', 'forbidden'],
  ['file://localhost:6770', 'forbidden'],
  ['null', 'forbidden'],
  ['', 'forbidden'],
])('a page of %s: %s', (origin, code) => {
  expect(refusal({ origin })).toBe(code);
});

test('the page may use the other ports of its agent', () => {
  expect(refusal({ host: 'localhost:6769', origin: 'http://localhost:6770' })).toBeUndefined();
});

test('at the unix socket host and page do not matter, the target does', () => {
  expect(refusal({ localAddress: undefined, host: 'whatever', origin: 'http://evil.example' })).toBeUndefined();
  expect(refusal({ localAddress: undefined, target: '/kv/../a' })).toBe('bad_key');
});
