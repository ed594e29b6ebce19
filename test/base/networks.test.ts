import { describe, expect, test } from 'vitest';
import { Networks, parseNetwork } from '../../src/base/networks.ts';

describe('networks', () => {
  test.each([
    ['10.0.0.0/8', '10.255.255.255', '11.0.0.0'],
    ['192.168.4.0/22', '192.168.7.255', '192.168.8.0'],
    ['192.168.4.128/25', '192.168.4.200', '192.168.4.127'],
    ['127.0.0.3', '127.0.0.3', '127.0.0.4'],
    ['0.0.0.0/0', '1.2.3.4', '::1'],
    ['fd00::/8', 'fdff::1', 'fc00::1'],
    ['2001:db8::/33', '2001:db8:7fff::1', '2001:db8:8000::1'],
    ['::1', '::1', '127.0.0.1'],
  ])('%s has %s and not %s', (written, inside, outside) => {
    const networks = new Networks([written]);
    expect([networks.areEverywhere, networks.has(inside), networks.has(outside)]).toEqual([false, true, false]);
  });

  test('of which there are none are everywhere, and several count together', () => {
    expect([new Networks([]).areEverywhere, new Networks([]).has('1.2.3.4')]).toEqual([true, true]);
    const both = new Networks(['10.0.0.0/8', '::1']);
    expect(['10.1.1.1', '::1', '9.9.9.9', 'nonsense'].map((address) => both.has(address))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test.each(['', '10.0.0.0/33', '10.0.0/8', 'fd00::/129', '10.0.0.0/', '10.0.0.0/-1', 'here', '/8'])(
    'are not written as "%s"',
    (written) => {
      expect(parseNetwork(written)).toBeUndefined();
    },
  );
});
