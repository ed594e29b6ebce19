import { expect, test } from 'vitest';
import { DEFAULT, subscribed } from '../../src/websocket/subscription.ts';
import { Views } from '../../src/websocket/views.ts';

const views = () =>
  new Views({
    makeFilter: () => () => true,
    fields: [],
    zoneOf: () => 'internet',
    followKeys: () => ({ [Symbol.dispose]() {} }),
  });

const ofKeys = (prefix: string) => subscribed(DEFAULT, { wanted: ['kv'], unwanted: [], prefix });
const nobody = () => ({ push() {} });

test('of those whose clients are gone the ones are forgotten that nobody looked at for the longest', () => {
  const all = views();
  const client = nobody();
  const first = all.join(client, ofKeys('first/'), 0);
  for (let at = 0; at < 100; at += 1) {
    const other = nobody();
    all.leave(other, all.join(other, ofKeys(`${at}/`), 0), 1_000 + at);
  }
  const isKept = (key: string) => all.wants({ channel: 'kv', key });
  expect([isKept('first/a'), isKept('0/a'), isKept('1/a'), isKept('99/a')]).toEqual([true, true, true, true]);
  all.leave(client, first, 2_000);
  expect([isKept('first/a'), isKept('0/a'), isKept('1/a'), isKept('99/a')]).toEqual([true, false, true, true]);
});
