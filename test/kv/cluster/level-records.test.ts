import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { levelRecords } from '../../../src/kv/cluster/level-records.ts';
import { leafOf, recordHash, Tree } from '../../../src/kv/cluster/merkle.ts';
import type { Records } from '../../../src/kv/cluster/ports.ts';
import { rangeOf, type View, viewOf } from '../../../src/kv/cluster/view.ts';
import { stampAt } from '../../../src/kv/hlc.ts';
import { openLevelStore } from '../../../src/kv/level-store.ts';
import { encodeRecord, type KvRecord, PackedRecord } from '../../../src/kv/record.ts';
import { forgetting, merging } from '../../../src/kv/rules.ts';
import { nodeTag, type Version } from '../../../src/kv/version.ts';
import { engineContext, temporaryFolder } from '../../support/kv.ts';
import { IDS } from './nodes.ts';

const OPTIONS = { maxBytes: 0, minFree: 0, graceMs: 72 * 3_600_000, sync: false };
const NOW = 1_700_000_000_000;

async function opened(path: string) {
  const { context, clock } = engineContext(join(path, 'kv'));
  const store = await openLevelStore(context, OPTIONS);
  const { records, standing } = await levelRecords(store);
  return { store, records, standing, clock, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

function record(at: number, more: Partial<KvRecord> = {}): KvRecord {
  const stamp = stampAt(at);
  const value = Buffer.from(`${at}`);
  return { version: { stamp, tag: nodeTag('x') }, created: stamp, expires: 0, kind: 'value', value, ...more };
}

const merge = (records: Records, key: string, what: KvRecord) =>
  records.ask(key, merging(key, what), what.value.length);

async function all(records: Records): Promise<readonly (readonly [string, Version])[]> {
  const found: (readonly [string, Version])[] = [];
  let after: string | undefined;
  do {
    const page = await records.pairs(() => true, after);
    found.push(...page.pairs.map(({ key, version }) => [key, version] as const));
    after = page.next;
  } while (after !== undefined);
  return found;
}

/** The roots of what is held, counted by hand. */
async function rootsOf(records: Records, view: View): Promise<ReadonlyMap<string, bigint>> {
  const trees = new Map<string, Tree>();
  for (const [key, version] of await all(records)) {
    const range = rangeOf(key, view);
    const tree = trees.get(range) ?? new Tree();
    tree.toggle(leafOf(key), recordHash(key, version));
    trees.set(range, tree);
  }
  return new Map([...trees].map(([range, tree]) => [range, tree.root()] as const));
}

test('keeps the newest of what comes, and says so to who brings something older', async () => {
  await using folder = await temporaryFolder();
  await using world = await opened(folder.path);
  const { records } = world;
  expect(await merge(records, 'k', record(NOW))).toBe('applied');
  expect(await merge(records, 'k', record(NOW - 5))).toEqual({ superseded: record(NOW).version });
  const held = await records.read('k');
  expect(held !== 'damaged' && held && Buffer.from(held.value).toString()).toBe(`${NOW}`);
  expect(await records.read('other')).toBeUndefined();
});

test('the clock goes on behind what other nodes wrote, and behind what was reserved', async () => {
  await using folder = await temporaryFolder();
  {
    await using world = await opened(folder.path);
    await merge(world.records, 'k', record(NOW + 9_000));
    await world.records.reserve(stampAt(NOW + 5_000));
  }
  {
    await using world = await opened(folder.path);
    expect(world.standing.limit >= stampAt(NOW + 9_000)).toBe(true);
    await world.records.reserve(stampAt(NOW + 60_000));
  }
  await using world = await opened(folder.path);
  expect(world.standing.limit).toBe(stampAt(NOW + 60_000));
});

test('a node remembers the rings it was in', async () => {
  await using folder = await temporaryFolder();
  const meetings = new Map(IDS.map((id, at) => [id, { at: NOW + at, members: IDS.slice(0, 2 + (at % 2)) }] as const));
  const standing = { settled: IDS.slice(0, 2), present: IDS.slice(0, 3), ready: 'view', met: meetings };
  {
    await using world = await opened(folder.path);
    expect(world.standing).toMatchObject({ settled: [], present: [], ready: '', met: new Map() });
    await world.records.remember(standing);
  }
  await using world = await opened(folder.path);
  expect(world.standing).toMatchObject(standing);
});

test('trees are those of what is held, whatever comes, goes, or is written while they are counted', async () => {
  await using folder = await temporaryFolder();
  await using world = await opened(folder.path);
  const { records } = world;
  const views = [IDS, IDS.slice(0, 4), IDS.slice(1)].map((ids) => viewOf(ids));
  for (let key = 0; key < 2_100; key += 1) void merge(records, `first-${key}`, record(NOW - 1_000));
  const steps = fc.array(
    fc.record({
      key: fc.integer({ min: 0, max: 2_200 }),
      at: fc.integer({ min: NOW - 1_000, max: NOW }),
      act: fc.constantFrom('put' as const, 'forget' as const),
      view: fc.integer({ min: 0, max: 2 }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  const property = fc.asyncProperty(steps, async (made) => {
    const done: Promise<unknown>[] = [];
    for (const { key, at, act, view } of made) {
      const name = `first-${key}`;
      done.push(merge(records, name, record(at)));
      if (act === 'forget') done.push(records.ask(name, forgetting(name, record(at).version)));
      const wanted = views[view];
      if (wanted) done.push(records.trees(wanted));
    }
    await Promise.all(done);
    for (const view of views) {
      const trees = await records.trees(view);
      const roots = [...trees].map(([range, tree]) => [range, tree.root()] as const);
      const held = roots.filter(([, root]) => root !== new Tree().root());
      expect(new Map(held)).toEqual(await rootsOf(records, view));
    }
  });
  await fc.assert(property, { numRuns: 4 });
}, 60_000);

test('what other nodes deleted is forgotten in time, and what expires goes', async () => {
  await using folder = await temporaryFolder();
  await using world = await opened(folder.path);
  const { records, clock } = world;
  await merge(records, 'gone', record(NOW, { kind: 'tombstone', value: new Uint8Array() }));
  await merge(records, 'short', record(NOW, { expires: NOW + 2_000 }));
  await clock.runAsync(3_000);
  expect(await all(records)).toHaveLength(2);
  const anHourLater = async () => {
    await clock.runAsync(3_600_000);
    return await all(records);
  };
  await expect.poll(anHourLater, { timeout: 15_000, interval: 1 }).toEqual([]);
});

test('what cannot be written down in all its places is not written at all', async () => {
  await using folder = await temporaryFolder();
  await using world = await opened(folder.path);
  const { records } = world;
  expect(await merge(records, 'k', record(NOW))).toBe('applied');
  // No number of 64 bits is this time, at which the key would be due.
  const endless = record(NOW + 1, { expires: 2 ** 64 });
  const rule = merging('k', new PackedRecord(endless, encodeRecord(record(NOW + 1))));
  await expect(records.ask('k', rule)).rejects.toThrow(RangeError);
  expect(await records.read('k')).toMatchObject({ version: { stamp: stampAt(NOW) } });
  expect(await merge(records, 'k', record(NOW + 2))).toBe('applied');
});
