import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { ChangeFeed } from '../../src/kv/change-feed.ts';
import { openKv } from '../../src/kv/kv.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { engineContext, temporaryFolder } from '../support/kv.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const BOOT = '9f3c12ab-0000-4000-8000-000000000000';

/** A store with a feed, in made-up time. */
async function opened(path: string) {
  const { context, clock } = engineContext(path);
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const kv = await openKv({ ...context, bus });
  const feed = new ChangeFeed({ store: kv, bus, clock, boot: BOOT });
  const stop = new AbortController();
  const read = (index: string, over: Partial<Parameters<ChangeFeed['read']>[0]> = {}) =>
    feed.read({ index, waitMs: 60_000, signal: stop.signal, ...over });
  return { kv, feed, clock, bus, stop, read, [Symbol.asyncDispose]: () => kv[Symbol.asyncDispose]() };
}

type World = Awaited<ReturnType<typeof opened>>;

async function withFeed(use: (world: World) => Promise<void>) {
  await using folder = await temporaryFolder();
  await using world = await opened(folder.path);
  await use(world);
}

/** Lets what waits for the disk go on, and the 10 ms pass in which a reader collects. */
async function settle<Value>({ clock }: World, promise: Promise<Value>): Promise<Value> {
  let isDone = false;
  const done = promise.finally(() => {
    isDone = true;
  });
  done.catch(() => {});
  await expect
    .poll(
      async () => {
        await clock.runAsync(10);
        return isDone;
      },
      { interval: 1 },
    )
    .toBe(true);
  return await done;
}

const told = ({ changes }: Awaited<ReturnType<World['read']>>) => changes.map(({ op, key }) => `${op} ${key}`);

test('a reader begins behind everything that has happened', () =>
  withFeed(async ({ kv, feed, read }) => {
    await kv.put('a', bytes('1'));
    const { index } = feed;
    expect(index).toBe('9f3c12ab:1');
    await kv.put('b', bytes('2'));
    await kv.delete('a');
    const page = await read(index);
    expect(told(page)).toEqual(['put b', 'delete a']);
    expect(page.index).toBe('9f3c12ab:3');
    expect(page.changes[0]).toMatchObject({ index: '9f3c12ab:2', expires: null, time: '2023-11-14T22:13:20.000Z' });
  }));

test('a reader waits until a key of its prefix changes, and hears of that alone', () =>
  withFeed(async (world) => {
    const { kv, feed, read } = world;
    const reading = read(feed.index, { prefix: 'config/' });
    await kv.put('other', bytes('1'));
    await kv.put('config/db', bytes('2'));
    const page = await settle(world, reading);
    expect(told(page)).toEqual(['put config/db']);
    expect(page.index).toBe('9f3c12ab:2');
  }));

test('changes that come together are told together', () =>
  withFeed(async (world) => {
    const { kv, feed, read } = world;
    const reading = read(feed.index);
    await kv.put('a', bytes('1'));
    await kv.put('b', bytes('1'));
    expect(told(await settle(world, reading))).toEqual(['put a', 'put b']);
  }));

test('when the time is over the reader has come further, past what is not of interest', () =>
  withFeed(async (world) => {
    const { kv, feed, read, clock } = world;
    const reading = read(feed.index, { prefix: 'zzz', waitMs: 1_000 });
    await kv.put('a', bytes('1'));
    await clock.runAsync(1_000);
    const page = await settle(world, reading);
    expect(page).toEqual({ index: '9f3c12ab:1', changes: [], isCut: false });
  }));

test('a reader of one key does not hear of others, and keys of the agent are only for who names them', () =>
  withFeed(async ({ kv, feed, read }) => {
    const { index } = feed;
    await kv.put('__health/1', bytes('[]'), { by: 'agent' });
    await kv.put('ab', bytes('1'));
    await kv.put('a', bytes('1'));
    expect(told(await read(index))).toEqual(['put ab', 'put a']);
    expect(told(await read(index, { key: 'a' }))).toEqual(['put a']);
    expect(told(await read(index, { prefix: '__' }))).toEqual(['put __health/1']);
  }));

test('an expiry is told once, at its own time', () =>
  withFeed(async (world) => {
    const { kv, feed, read, clock } = world;
    await kv.put('a', bytes('1'), { ttl: 2 });
    const reading = read(feed.index);
    await clock.runAsync(2_000);
    const { changes, index } = await settle(world, reading);
    expect(changes).toMatchObject([{ op: 'expire', key: 'a', time: '2023-11-14T22:13:22.000Z' }]);
    const later = read(index, { waitMs: 5_000 });
    await clock.runAsync(5_000);
    expect(told(await settle(world, later))).toEqual([]);
  }));

test('values go along with the change that wrote them, and no others', () =>
  withFeed(async ({ kv, feed, read }) => {
    const { index } = feed;
    await kv.put('a', bytes('old'));
    await kv.put('a', bytes('new'));
    const { changes } = await read(index, { withValues: true });
    expect(changes.map(({ value }) => value)).toEqual([undefined, Buffer.from('new').toString('base64')]);
  }));

test('more than a thousand changes come in parts', () =>
  withFeed(async ({ kv, feed, read }) => {
    const { index } = feed;
    await Promise.all(Array.from({ length: 500 }, (_, i) => kv.put(`a${i}`, bytes('1'))));
    await Promise.all(Array.from({ length: 501 }, (_, i) => kv.put(`b${i}`, bytes('1'))));
    const first = await read(index);
    expect([first.changes.length, first.isCut]).toEqual([1_000, true]);
    const second = await read(first.index);
    expect([second.changes.length, second.isCut]).toEqual([1, false]);
  }));

test.each([
  ['of another start', '00000000:0', 'index_gone'],
  ['from the future', '9f3c12ab:99', 'index_gone'],
  ['of no start', '0', 'index_gone'],
  ['that is none', 'yesterday', 'bad_request'],
])('a place %s is refused', (_, index, code) =>
  withFeed(async ({ read }) => {
    await expect(read(index)).rejects.toMatchObject({ code });
  }),
);

test('who waits is told when the agent stops, and forgotten when it goes away', () =>
  withFeed(async ({ feed, read, stop }) => {
    const gone = read(feed.index);
    stop.abort();
    await expect(gone).rejects.toMatchObject({ code: 'bad_request' });
    const waiting = feed.read({ index: feed.index, waitMs: 60_000, signal: new AbortController().signal });
    feed[Symbol.dispose]();
    await expect(waiting).rejects.toMatchObject({ code: 'stopping' });
  }));

test('a thousand readers may wait, and no more', () =>
  withFeed(async (world) => {
    const { feed, read } = world;
    const waiting = Array.from({ length: 1_000 }, () => read(feed.index));
    await expect(read(feed.index)).rejects.toMatchObject({ code: 'overloaded' });
    feed[Symbol.dispose]();
    await Promise.allSettled(waiting);
  }));

test('the log knows the past of a key', () =>
  withFeed(async ({ kv, feed }) => {
    await kv.put('a', bytes('1'));
    await kv.put('b', bytes('1'));
    await kv.delete('a');
    await kv.put('a', bytes('2'));
    expect((await feed.history('a', 10)).map(({ op }) => op)).toEqual(['put', 'delete', 'put']);
    expect((await feed.history('a', 2)).map(({ op }) => op)).toEqual(['delete', 'put']);
    expect(await feed.history('never', 10)).toEqual([]);
  }));
