import { expect, test } from 'vitest';
import { stampAt } from '../../src/kv/hlc.ts';
import { entryOf } from '../../src/kv/pages.ts';
import type { KvRecord } from '../../src/kv/record.ts';
import { restoreOnRing } from '../../src/kv/ring-restore.ts';
import { compareVersions, nodeTag, versionText } from '../../src/kv/version.ts';
import type { KvEntry, KvRestoring } from '../../src/model/kv.ts';

const NOW = 1_700_000_000_000;
const TAG = nodeTag('n1');

const record = (at: number, kind: KvRecord['kind'] = 'value', value = 'x'): KvRecord => ({
  version: { stamp: stampAt(at), tag: TAG },
  created: stampAt(at - 5),
  expires: 0,
  kind,
  value: Buffer.from(value),
});

/** A ring that holds at most one record and takes what is newer. */
function ring(held: KvRecord | undefined) {
  const kept: KvRecord[] = [];
  let now = held;
  return {
    kept,
    now: () => NOW,
    get: async (key: string) => (now?.kind === 'value' ? entryOf(key, now) : undefined),
    async keep(_key: string, one: KvRecord) {
      if (now && compareVersions(one.version, now.version) <= 0) return 'superseded' as const;
      now = one;
      kept.push(one);
      return 'stored' as const;
    },
  };
}

const exported = (at: number, expires: number | null = null): KvEntry => ({
  ...{ key: 'a', value: Buffer.from('old'), version: versionText({ stamp: stampAt(at), tag: TAG }) },
  ...{ created: at - 5, modified: at, expires },
});

test('an empty ring gets the entry back as it was', async () => {
  const empty = ring(undefined);
  const entry = exported(NOW - 1_000, NOW + 9_000);
  expect(await restoreOnRing(entry, 'older', empty)).toBe('created');
  expect(empty.kept.map((one) => entryOf('a', one))).toEqual([entry]);
});

test('what was deleted since comes back under a version of now', async () => {
  const deleted = ring(record(NOW - 10, 'tombstone'));
  expect(await restoreOnRing(exported(NOW - 1_000), 'older', deleted)).toBe('created');
  expect(deleted.kept).toMatchObject([{ version: { stamp: stampAt(NOW) }, created: stampAt(NOW - 1_005) }]);
});

test.each<[KvRestoring, number, string]>([
  ['older', NOW - 2_000, 'overwritten'],
  ['older', NOW - 1_000, 'skipped'],
  ['older', NOW - 10, 'skipped'],
  ['anything', NOW - 10, 'overwritten'],
  ['nothing', NOW - 2_000, 'skipped'],
])('over %s, with a value of %i there, it is %#: %s', async (over, at, outcome) => {
  expect(await restoreOnRing(exported(NOW - 1_000), over, ring(record(at)))).toBe(outcome);
});

test('a version of now is later than one of a clock that is ahead', async () => {
  const ahead = ring(record(NOW + 5_000));
  expect(await restoreOnRing(exported(NOW - 1_000), 'anything', ahead)).toBe('overwritten');
  expect(ahead.kept[0]?.version.stamp).toBe(stampAt(NOW + 5_000) + 1n);
});

test('what was written in the future is refused', async () => {
  await expect(restoreOnRing(exported(NOW + 20_000), 'older', ring(undefined))).rejects.toMatchObject({
    code: 'bad_request',
  });
  // Of a time so far away there are no bytes.
  const created = Date.parse('+020000-01-01T00:00:00.000Z');
  const store = ring(undefined);
  await expect(restoreOnRing({ ...exported(NOW), created }, 'older', store)).rejects.toMatchObject({
    code: 'bad_request',
    message: '"a" was created in the future: +020000-01-01T00:00:00.000Z',
  });
  expect(store.kept).toEqual([]);
});
