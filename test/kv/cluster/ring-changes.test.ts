import { expect, test } from 'vitest';
import { failedWith } from '../../../src/base/errors.ts';
import type { ChangePage } from '../../../src/kv/change-feed.ts';
import type { KvCopies } from '../../../src/model/kv.ts';
import { KvRing } from '../../support/kv-ring.ts';

const FIVE = ['n1', 'n2', 'n3', 'n4', 'n5'];
const KEYS = Array.from({ length: 12 }, (_, each) => `config/${each}`);
const bytes = (text: string): Uint8Array => Buffer.from(text);

/** One who follows the keys of a prefix at a node. */
async function reader(ring: KvRing, node: string, prefix = 'config/') {
  let index = await ring.done(ring.feed(node).begin(prefix));
  const { signal } = new AbortController();
  const page = (waitMs: number): Promise<ChangePage> => ring.feed(node).read({ index, prefix, waitMs, signal });
  return {
    /** What is told within some seconds, in order. */
    async hears(waitMs = 3_000): Promise<readonly string[]> {
      const told: string[] = [];
      for (;;) {
        const { changes, index: next } = await ring.done(page(waitMs));
        index = next;
        if (changes.length === 0) return told;
        told.push(...changes.map(({ op, key }) => `${op} ${key}`));
      }
    },
  };
}

/** At all nodes that keep it: one that took it only after a reader began would tell that reader of it. */
const put = (ring: KvRing, node: string, key: string, copies: KvCopies = 'all') =>
  ring.done(ring.kv(node).put(key, bytes(key), { copies }));

test('each change of every key is told once, at a node that keeps a part of them and at one that keeps none', async () => {
  await using ring = await KvRing.open([...FIVE, 'out'], FIVE);
  for (const key of KEYS) await put(ring, 'n1', `${key}/old`);
  const readers = [await reader(ring, 'n2'), await reader(ring, 'out')];
  for (const key of KEYS) await put(ring, 'n3', key);
  await put(ring, 'n3', 'elsewhere');
  await ring.done(ring.kv('n4').delete('config/3'));
  for (const each of readers) {
    const told = await each.hears();
    expect([...told].sort()).toEqual([...KEYS.map((key) => `put ${key}`), 'delete config/3'].sort());
    expect(told.indexOf('delete config/3')).toBeGreaterThan(told.indexOf('put config/3'));
  }
});

test('a change is there within a second', async () => {
  await using ring = await KvRing.open([...FIVE, 'out'], FIVE);
  const waiting = await reader(ring, 'out');
  const from = ring.clock.now();
  const { index } = ring.feed('out');
  await put(ring, 'n1', 'config/a');
  await ring.until(() => ring.feed('out').index !== index);
  expect(ring.clock.now() - from).toBeLessThan(1_000);
  expect(await waiting.hears()).toEqual(['put config/a']);
});

test('another prefix is followed as soon as somebody wants it', async () => {
  await using ring = await KvRing.open([...FIVE, 'out'], FIVE);
  const first = await reader(ring, 'out', 'a/');
  const second = await reader(ring, 'out', 'b/');
  for (const key of ['a/1', 'b/1', 'c/1', 'b/2']) await put(ring, 'n1', key);
  expect(await first.hears()).toEqual(['put a/1']);
  expect(await second.hears()).toEqual(['put b/1', 'put b/2']);
});

test('who begins to follow other keys is told nothing of what was before', async () => {
  await using ring = await KvRing.open([...FIVE, 'out'], FIVE);
  await reader(ring, 'out', 'a/');
  await ring.clock.runAsync(2_000);
  for (const key of ['b/1', 'b/2']) await put(ring, 'n1', key);
  const late = await reader(ring, 'out', 'b/');
  await put(ring, 'n1', 'b/3');
  expect(await late.hears()).toEqual(['put b/3']);
});

test('a node that joins, and so gets keys that others had, tells of none of them', async () => {
  const four = FIVE.slice(0, 4);
  await using ring = await KvRing.open(FIVE, four);
  for (const key of KEYS) await put(ring, 'n1', key);
  const each = await reader(ring, 'n2');
  await ring.reshape(FIVE);
  expect(await each.hears(15_000)).toEqual([]);
  await put(ring, 'n5', 'config/new');
  expect(await each.hears()).toEqual(['put config/new']);
});

test('a node that was away and gets what it missed tells of none of it', async () => {
  await using ring = await KvRing.open(FIVE, FIVE);
  await ring.stop('n5');
  await ring.clock.runAsync(60_000);
  for (const key of KEYS) await put(ring, 'n1', key, 'majority');
  await ring.clock.runAsync(60_000);
  const each = await reader(ring, 'n2');
  await ring.start('n5');
  await ring.settled();
  expect(await each.hears(20_000)).toEqual([]);
});

test('after a gap the newest state of each key is told, also when the log of a node is another one', async () => {
  await using ring = await KvRing.open([...FIVE, 'out'], FIVE);
  for (const key of KEYS) await put(ring, 'n1', key);
  const each = await reader(ring, 'out');
  ring.cut('out');
  await ring.clock.runAsync(30_000);
  for (const key of KEYS.slice(0, 6)) {
    await put(ring, 'n1', key);
    await put(ring, 'n1', key);
  }
  await ring.done(ring.kv('n1').delete('config/7'));
  ring.join('out');
  const told = await each.hears(15_000);
  expect([...new Set(told)].sort()).toEqual([...KEYS.slice(0, 6).map((key) => `put ${key}`), 'delete config/7'].sort());
});

test('numbers of a log that is not followed any more are refused', async () => {
  await using ring = await KvRing.open([...FIVE, 'out'], FIVE);
  const index = await ring.done(ring.feed('out').begin('config/'));
  await ring.clock.runAsync(700_000);
  const { signal } = new AbortController();
  const read = ring.done(ring.feed('out').read({ index, prefix: 'config/', waitMs: 0, signal }));
  expect(failedWith(await read.catch((error: unknown) => error), 'index_gone')).toBe(true);
});

test('readers of a ring that comes to have more nodes begin anew', async () => {
  const three = FIVE.slice(0, 3);
  await using ring = await KvRing.open(FIVE, three);
  const each = await reader(ring, 'n1');
  await put(ring, 'n2', 'config/a');
  expect(await each.hears()).toEqual(['put config/a']);
  const waiting = each.hears(60_000).catch((error: unknown) => error);
  await ring.clock.runAsync(100);
  await ring.reshape(FIVE);
  await put(ring, 'n4', 'config/b');
  expect(failedWith(await ring.done(waiting), 'index_gone')).toBe(true);
  const again = await reader(ring, 'n1');
  for (const key of KEYS) await put(ring, 'n4', key);
  expect([...(await again.hears())].sort()).toEqual(KEYS.map((key) => `put ${key}`).sort());
});

test('the history of a key names places of the log that it stands in, which is not the one that is followed', async () => {
  await using ring = await KvRing.open(FIVE, FIVE);
  await ring.done(ring.feed('n1').begin('config/'));
  for (const key of KEYS) await put(ring, 'n2', key);
  const told = await ring.done(Promise.all(KEYS.map((key) => ring.feed('n1').history(key, 10))));
  const [entry] = told.flat();
  expect(entry?.index).toMatch(/^00000001:\d+$/);
  const { signal } = new AbortController();
  const read = ring.done(ring.feed('n1').read({ index: entry?.index ?? '', waitMs: 0, signal }));
  expect(failedWith(await read.catch((error: unknown) => error), 'index_gone')).toBe(true);
});
