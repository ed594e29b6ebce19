import { expect, test } from 'vitest';
import { type Place, placeAfter, queryOf } from '../../src/ui/place.ts';
import type { Frame } from '../../src/ui/records.ts';

const frame = (channel: string, index: number, more: object = {}) =>
  ({ channel, index, ts: 0, payload: {}, ...more }) as Frame;
const hello = (boot: string, index = 0) => frame('hello', index, { payload: { boot } });
const last = (index: number) => frame('snapshot', index, { last: true });
const after = (...frames: readonly Frame[]): Place => frames.reduce(placeAfter, {});

test.each<[string, Place, string]>([
  ['nothing', after(), ''],
  ['a greeting', after(hello('b1')), ''],
  ['half of a snapshot', after(hello('b1'), frame('snapshot', 4), frame('gossip', 5)), ''],
  ['a snapshot', after(hello('b1'), last(4)), '?since=4&boot=b1'],
  ['what came after it', after(hello('b1'), last(4), frame('gossip', 5), frame('checks', 7)), '?since=7&boot=b1'],
  ['an answer to itself', after(hello('b1'), last(4), frame('pong', 9)), '?since=4&boot=b1'],
  ['a greeting by the same agent', after(hello('b1'), last(4), hello('b1', 9)), '?since=4&boot=b1'],
  ['a greeting by an agent that was started anew', after(hello('b1'), last(4), hello('b2')), ''],
])('a page that has %s goes on from there', (_, place, query) => {
  expect(queryOf(place, [])).toBe(query);
});

test('what the page wants beside it stands in the address too', () => {
  expect(queryOf({}, ['repairs', 'kv'])).toBe('?subscribe=repairs%2Ckv');
  expect(queryOf({ boot: 'b', index: 1 }, ['repairs'])).toBe('?subscribe=repairs&since=1&boot=b');
});
