import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { BlockingReads } from '../../src/http/blocking.ts';
import { Reply } from '../../src/http/route.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { SimulatedClock } from '../support/clock.ts';
import { member } from '../support/nodes.ts';

function setUp({ maxWaiting = 10 } = {}) {
  const bus = new Bus<AgentEvent>(() => {});
  const clock = new SimulatedClock();
  const reads = new BlockingReads({ bus, clock, random: () => 0.5, boot: 'boot-1', maxWaiting });
  const client = new AbortController();
  const ended: unknown[] = [];
  const read = (query: { index?: number; wait?: string; boot?: string }, watched: 'members' | 'events' = 'members') => {
    const answer = reads.read(watched, { query, signal: client.signal }, () => 'news');
    answer.then(
      ({ headers }) => ended.push(Number(headers['x-opsbro-index'])),
      (error) => ended.push(error.code),
    );
    return answer;
  };
  const joins = () => bus.emit({ type: 'member-join', member: member('a') });
  return { reads, clock, client, read, joins, ended, bus };
}

test('without a number the answer comes at once, with the number and the start it belongs to', async () => {
  const { read, joins } = setUp();

  expect(await read({})).toMatchObject({
    body: 'news',
    status: 200,
    headers: { 'x-opsbro-index': '1', 'x-opsbro-boot': 'boot-1' },
  });
  joins();
  expect((await read({ wait: '10s' })).headers['x-opsbro-index']).toBe('2');
});

test('with the last number it comes when something changes', async () => {
  const { read, joins, clock, ended } = setUp();

  const answer = read({ index: 1 });
  await clock.runAsync(59_000);
  expect(ended).toEqual([]);
  joins();
  expect((await answer).headers['x-opsbro-index']).toBe('2');
});

test.each([
  [undefined, 60_000],
  ['2s', 2_000],
  ['10m', 600_000],
])('nothing new: after %s it comes as it is, up to a sixteenth later', async (wait, ms) => {
  const { read, clock, ended } = setUp();

  void read({ index: 1, ...(wait !== undefined && { wait }) });
  await clock.runAsync(ms * (1 + 1 / 32) - 1);
  expect(ended).toEqual([]);
  await clock.runAsync(2);
  expect(ended).toEqual([1]);
});

test.each([
  ['an older number', { index: 0 }],
  ['a number that was never given out', { index: 7 }],
  ['a number of an earlier start', { index: 1, boot: 'boot-0' }],
])('%s is answered at once', async (_, query) => {
  expect((await setUp().read(query)).body).toBe('news');
});

test('each family of resources has changes of its own', async () => {
  const { read, joins, bus, clock, ended } = setUp();

  void read({ index: 1 }, 'events');
  joins();
  await clock.runAsync(1_000);
  expect(ended).toEqual([]);
  const event = { name: 'x', payload: new Uint8Array(), lTime: 1, heard: 1, replayed: false };
  bus.emit({ type: 'user-event', event });
  await clock.runAsync(0);
  expect(ended).toEqual([2]);
});

test('a wait that is too long, or no duration, is refused', async () => {
  const { read } = setUp();

  await expect(read({ index: 1, wait: '11m' })).rejects.toMatchObject({ code: 'bad_request' });
  await expect(read({ index: 1, wait: 'long' })).rejects.toMatchObject({ code: 'bad_request' });
});

test('only so many wait, and who goes away makes room', async () => {
  const { read, client, clock, ended } = setUp({ maxWaiting: 2 });

  void read({ index: 1 });
  void read({ index: 1 });
  await expect(read({ index: 1 })).rejects.toMatchObject({ code: 'overloaded' });
  client.abort();
  await clock.runAsync(0);
  expect(ended).toEqual(['overloaded', 'bad_request', 'bad_request']);
  await expect(read({ index: 1 })).rejects.toMatchObject({ code: 'bad_request' });
});

test('when the agent stops nobody waits on, and nobody begins to', async () => {
  const { read, reads, clock, ended } = setUp();

  void read({ index: 1 });
  reads[Symbol.dispose]();
  void read({ index: 1 });
  await clock.runAsync(0);
  expect(ended).toEqual(['stopping', 'stopping']);
});

test('what the answer says of itself stays', async () => {
  const { reads } = setUp();
  const signal = new AbortController().signal;
  const page = () => new Reply('page', { status: 203, headers: { link: '<?after=a>; rel="next"' } });

  expect(await reads.read('members', { query: {}, signal }, page)).toMatchObject({
    status: 203,
    headers: { link: '<?after=a>; rel="next"', 'x-opsbro-index': '1' },
  });
});
