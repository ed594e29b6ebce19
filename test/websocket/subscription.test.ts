import { expect, test } from 'vitest';
import { requestIn } from '../../src/websocket/request.ts';
import { contains, DEFAULT, isSubscribed, keyOf, subscribed } from '../../src/websocket/subscription.ts';

const after = (...said: object[]) =>
  said.reduce<typeof DEFAULT>((before, one) => {
    const { request } = requestIn(JSON.stringify(one));
    return request ? subscribed(before, request) : before;
  }, DEFAULT);
const byItself = [...DEFAULT.channels];

test.each<[object[], readonly string[]]>([
  [[], byItself],
  [[{ subscribe: [] }], byItself],
  [[{ subscribe: 'collectors' }], [...byItself, 'collectors']],
  [
    [{ subscribe: ['kv', 'repairs'] }, { unsubscribe: 'kv' }],
    [...byItself, 'repairs'],
  ],
  [[{ subscribe: 'gossip' }], ['gossip']],
  [
    [{ subscribe: 'gossip' }, { subscribe: ['checks', 'kv'] }],
    ['gossip', 'checks', 'kv'],
  ],
  [
    [{ subscribe: 'kv' }, { subscribe: 'gossip' }],
    ['kv', 'gossip'],
  ],
  [[{ unsubscribe: byItself }], []],
  [[{ unsubscribe: byItself }, { subscribe: 'kv' }], ['kv']],
])('after %j a client gets %j', (said, channels) => {
  expect([...after(...said).channels].toSorted()).toEqual([...channels].toSorted());
});

test('a prefix stays until keys are subscribed to anew', () => {
  const { prefix } = after({ subscribe: 'kv', prefix: 'a/' }, { subscribe: 'repairs', prefix: 'b/' });
  expect(prefix).toBe('a/');
  expect(after({ subscribe: 'kv', prefix: 'a/' }, { subscribe: 'kv' }).prefix).toBe('');
  expect(after({ subscribe: 'kv', prefix: 'a/' }, { unsubscribe: 'kv' }).prefix).toBe('');
});

test('a filter is for the channels beside it, or for all', () => {
  expect([...after({ subscribe: ['checks'], filter: 'x' }).filters]).toEqual([['checks', 'x']]);
  expect([...after({ filter: 'x' }).filters.keys()]).toEqual(byItself);
  expect(after({ filter: 'x' }, { filter: null }).filters.size).toBe(0);
  expect([...after({ filter: 'x' }, { unsubscribe: byItself.slice(1) }).filters.keys()]).toEqual(['gossip']);
});

test('the agent’s own keys are only for who asks for them by prefix', () => {
  const wants = (prefix: string, key: string) =>
    isSubscribed(after({ subscribe: 'kv', prefix }), { channel: 'kv', key });
  expect([wants('', 'a'), wants('', '__a'), wants('__', '__a'), wants('b', 'a')]).toEqual([true, false, true, false]);
});

test('the same subscription has the same key, however it came about', () => {
  expect(keyOf(after({ subscribe: ['kv', 'repairs'] }))).toBe(
    keyOf(after({ subscribe: 'repairs' }, { subscribe: 'kv' })),
  );
  expect(keyOf(after({ subscribe: 'kv', prefix: 'a' }))).not.toBe(keyOf(after({ subscribe: 'kv' })));
});

test('a subscription contains what asks for less, but other keys are other keys', () => {
  const all = after({ subscribe: ['kv', 'collectors'], prefix: 'a/' });
  expect(contains(all, DEFAULT)).toBe(true);
  expect(contains(DEFAULT, all)).toBe(false);
  expect(contains(all, after({ subscribe: 'kv', prefix: 'a/' }))).toBe(true);
  expect(contains(all, after({ subscribe: 'kv', prefix: 'b/' }))).toBe(false);
});
