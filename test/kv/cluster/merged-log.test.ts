import { expect, test } from 'vitest';
import { failedWith } from '../../../src/base/errors.ts';
import { MergedLog } from '../../../src/kv/cluster/merged-log.ts';

const put = (key: string, version: string) => ({ op: 'put', key, version, expires: null }) as const;

test('numbers changes as they come, and leaves out what is known or older', () => {
  const log = new MergedLog();
  expect(log.add(put('a', '1-x'))?.index).toBe(1);
  expect(log.add(put('a', '1-x'))).toBeUndefined();
  expect(log.add(put('b', '1-x'))?.index).toBe(2);
  expect(log.add(put('a', '2-x'))?.index).toBe(3);
  expect(log.add(put('a', '1-y'))).toBeUndefined();
  expect(log.newest('a')).toBe('2-x');
  expect(log.changes(1, 10).map(({ index, key }) => [index, key])).toEqual([
    [2, 'b'],
    [3, 'a'],
  ]);
  expect(log.changes(0, 1)).toHaveLength(1);
  expect(log.changes(3, 10)).toEqual([]);
});

test('the end of a lifetime is told once, of the version that it is of', () => {
  const log = new MergedLog();
  log.add(put('a', '1-x'));
  const end = { ...put('a', '1-x'), op: 'expire' } as const;
  expect(log.add(end)?.op).toBe('expire');
  expect(log.add(end)).toBeUndefined();
  expect(log.add(put('a', '1-x'))).toBeUndefined();
});

test('is bounded, and says that what is behind a place is not kept any more', () => {
  const log = new MergedLog();
  for (let each = 0; each < 102_000; each += 1) log.add(put(`k${each % 60_000}`, String(each).padStart(8, '0')));
  expect(log.index).toBe(102_000);
  const gone = () => log.changes(500, 10);
  expect(gone).toThrow(expect.objectContaining({ code: 'index_gone' }));
  expect(log.changes(101_990, 100)).toHaveLength(10);
  const long = 'k'.repeat(1_000);
  for (let each = 0; each < 20_000; each += 1) log.add(put(`${long}${each}`, '9'));
  let error: unknown;
  try {
    log.changes(102_000, 1);
  } catch (thrown) {
    error = thrown;
  }
  expect(failedWith(error, 'index_gone')).toBe(true);
});
