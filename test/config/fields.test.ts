import { expect, test } from 'vitest';
import { AgentConfig } from '../../src/config/agent-schema.ts';
import { faultOf } from '../../src/config/fault.ts';
import * as field from '../../src/config/fields.ts';
import { gossipConstants } from '../../src/config/gossip-constants.ts';
import { masked } from '../../src/config/secrets.ts';

test.each([
  [100, 100],
  ['64k', 65_536],
  ['10MB', 10 * 1024 ** 2],
  ['1GiB', 1024 ** 3],
  ['1.5 kb', 1_536],
])('the size %s is %d bytes', (written, bytes) => {
  expect(field.size().parse(written)).toBe(bytes);
});

test.each([
  [field.size(), '10 apples', '"10 apples" is not a size; write 100, 64k, 10MB or 1GiB'],
  [field.size(1_024), '2k', '"2k" is too large (expected at most 1024 bytes)'],
  [field.duration(), '5 minutes', '"5 minutes" is not a duration; write 5m'],
  [field.duration(1_000), '10ms', '"10ms" is too short (expected at least 1 s)'],
  [field.oneOf(['lan', 'wan']), 'len', 'wrong value (expected one of lan, wan, got "len"); did you mean "lan"?'],
  [field.door(), 70_000, 'wrong value (expected a port from 1 to 65535, 0 (any free one) or off, got 70000)'],
  [field.addresses(), 'web-1', 'wrong value (expected an IP address or a list of them, got "web-1")'],
  [
    field.networks(),
    ['10.0.0.0/8', '10/8'],
    'wrong value (expected a list of networks such as 10.0.0.0/8, got the list ["10.0.0.0/8","10/8"])',
  ],
  [field.flag(), 'yes', 'wrong value (expected true or false, got "yes")'],
  [field.words('names'), ['a b'], 'wrong value (expected names, got the list ["a b"])'],
])('says what is wrong, and what would be right (%#)', (schema, value, message) => {
  expect(faultOf(schema, value, 'key')).toBe(message);
});

test('an address of a node is a host, or a host with a port', () => {
  const right = [
    'web1',
    'web-1.example.org:6768',
    '10.0.0.1',
    '10.0.0.1:1',
    '::1',
    'fe80::1',
    '[::1]',
    '[2001:db8::1]:6768',
  ];
  expect(field.endpoints().parse(right)).toEqual(right);
  for (const wrong of ['a:b', 'x:y:z', 'a:', ':1', '[::1', '[::1]:x', 'a b', '', '10.0.0.1:123456'])
    expect(faultOf(field.endpoints(), [wrong], 'seeds'), wrong).toContain(
      'expected a list of host, host:port or [v6]:port',
    );
});

test('what stands for a secret is not printed', () => {
  expect(faultOf(field.flag(), 'hunter2', 'slack.token')).toBe('wrong value (expected true or false, got ******)');
  expect(masked({ token: 'x', password: '', a: { api_key: 'y', b: 1 }, list: [{ secret: 'z' }] })).toEqual({
    token: '******',
    password: '',
    a: { api_key: '******', b: 1 },
    list: [{ secret: '******' }],
  });
});

test.each([
  ['amqp://guest:gu:est@localhost:5672/a', 'amqp://guest:******@localhost:5672/a'],
  ['redis://:p@ss@10.0.0.1', 'redis://:******@10.0.0.1'],
  ['a://u:1@b, c://u:2@d/?x=:y@z', 'a://u:******@b, c://u:******@d/?x=:y@z'],
  ['http://user@host:80/a:b@c', 'http://user@host:80/a:b@c'],
  ['http://localhost:15672/api/overview', 'http://localhost:15672/api/overview'],
])('the password in %s is not shown', (uri, shown) => {
  expect(masked({ uri, all: [uri] })).toEqual({ uri: shown, all: [shown] });
});

test('what is wrong with a value is said without the password in it', () => {
  const message = 'wrong value (expected true or false, got "http://a:******@c")';
  expect(faultOf(field.flag(), 'http://a:b@c', 'key')).toBe(message);
});

test('constants of gossip have the names of a profile, and only those that are set', () => {
  const { gossip } = AgentConfig.parse({ gossip: { probe_interval: '2s', gossip_to_the_dead: 5 } });
  expect(gossipConstants(gossip)).toEqual({ probeInterval: 2_000, gossipToTheDead: 5_000 });
});
