import { expect, test } from 'vitest';
import { type BindWish, gossipBind } from '../../src/agent/gossip-bind.ts';

const wish = (over: Partial<BindWish>): BindWish => ({
  wanted: undefined,
  isInsecureWanted: false,
  keys: 'open',
  everywhere: '::',
  ...over,
});

test.each<[string, Partial<BindWish>, readonly string[], string]>([
  ['nothing is said', {}, ['127.0.0.1'], ''],
  ['the zone has a key', { keys: 'keyed' }, ['::'], ''],
  ['there is a key but no IPv6', { keys: 'keyed', everywhere: '0.0.0.0' }, ['0.0.0.0'], ''],
  ['there is a key and an address', { keys: 'keyed', wanted: ['10.0.0.1'] }, ['10.0.0.1'], ''],
  ['the key cannot be read', { keys: 'closed' }, ['127.0.0.1'], ''],
  ['loopback is asked for', { wanted: ['127.0.0.2', '::1'] }, ['127.0.0.2', '::1'], ''],
  ['more is asked for without a key', { wanted: ['10.0.0.1'] }, ['127.0.0.1'], 'as nothing is encrypted'],
  [
    'more is asked for whatever comes',
    { wanted: ['10.0.0.1'], isInsecureWanted: true },
    ['10.0.0.1'],
    'without encryption',
  ],
  [
    'more is asked for and the key cannot be read',
    { wanted: ['10.0.0.1'], isInsecureWanted: true, keys: 'closed' },
    ['127.0.0.1'],
    'as the keys of the zone cannot be read',
  ],
])('where gossip listens when %s', (_, over, addresses, warning) => {
  const bind = gossipBind(wish(over));
  expect(bind.addresses).toEqual(addresses);
  expect(bind.warnings.join('\n')).toContain(warning);
  expect(bind.warnings).toHaveLength(warning === '' ? 0 : 1);
});
