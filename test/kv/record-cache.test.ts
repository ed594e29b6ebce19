import { describe, expect, test } from 'vitest';
import { RecordCache } from '../../src/kv/record-cache.ts';

const bytes = (length: number) => new Uint8Array(length);
const wrote = (cache: RecordCache, key: string, stored: Uint8Array | undefined) => cache.wrote([[key, { stored }]]);

describe('what was written or read last', () => {
  test('is known, also that there is nothing', () => {
    const cache = new RecordCache();
    expect(cache.get('a')).toBeUndefined();
    wrote(cache, 'a', bytes(3));
    cache.learn('b', undefined, cache.moment);
    expect(cache.get('a')).toEqual({ stored: bytes(3) });
    expect(cache.get('b')).toEqual({ stored: undefined });
  });

  test('is not learned from a reading that a write may have overtaken', () => {
    const cache = new RecordCache();
    const begun = cache.moment;
    wrote(cache, 'a', bytes(2));
    cache.learn('a', bytes(1), begun);
    cache.learn('b', bytes(1), begun);
    expect(cache.get('a')).toEqual({ stored: bytes(2) });
    expect(cache.get('b')).toBeUndefined();
  });

  test('is forgotten when it is replaced by something long, and when nothing is sure any more', () => {
    const cache = new RecordCache();
    wrote(cache, 'a', bytes(10));
    wrote(cache, 'a', bytes(10_000));
    expect(cache.get('a')).toBeUndefined();
    wrote(cache, 'b', bytes(10));
    const before = cache.moment;
    cache.clear();
    cache.learn('b', bytes(10), before);
    expect(cache.get('b')).toBeUndefined();
  });
});

describe('bounds', () => {
  test('of many keys those stay that were wanted last', () => {
    const cache = new RecordCache();
    wrote(cache, 'wanted', bytes(1));
    for (let each = 0; each < 6_000; each += 1) {
      wrote(cache, `k${each}`, bytes(1));
      cache.get('wanted');
    }
    const known = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => cache.get(`k${from + at}`)).filter(Boolean);
    expect(cache.get('wanted')).toBeDefined();
    expect(known(4_000, 6_000)).toHaveLength(2_000);
    expect(known(0, 1_900)).toEqual([]);
  });

  test('what is written again and again takes up the room of one', () => {
    const cache = new RecordCache();
    wrote(cache, 'seldom', bytes(100));
    for (let each = 0; each < 50_000; each += 1) wrote(cache, 'often', bytes(100));
    expect(cache.get('seldom')).toEqual({ stored: bytes(100) });
  });

  test('long ones are fewer', () => {
    const cache = new RecordCache();
    for (let each = 0; each < 1_000; each += 1) wrote(cache, `${each}`, bytes(4_000));
    const known = Array.from({ length: 1_000 }, (_, each) => cache.get(`${each}`)).filter(Boolean);
    expect(known.length).toBeGreaterThan(260);
    expect(known.length).toBeLessThanOrEqual(525);
  });
});

test('a slice of a large buffer does not keep all of that in memory', () => {
  const cache = new RecordCache();
  const frame = Buffer.from(Array.from({ length: 65_536 }, (_, at) => at % 251));
  wrote(cache, 'a', frame.subarray(100, 200));
  cache.learn('b', frame.subarray(200, 300), cache.moment);
  cache.learn('c', frame.subarray(300, 900), cache.moment);
  const whole = bytes(50);
  wrote(cache, 'd', whole);
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((key) => cache.get(key)?.stored);
  expect([a, b, c]).toEqual([frame.subarray(100, 200), frame.subarray(200, 300), frame.subarray(300, 900)]);
  expect(a?.buffer, 'short ones share a small piece').toBe(b?.buffer);
  expect([a?.buffer.byteLength, c?.buffer.byteLength]).toEqual([2_048, 600]);
  expect(d, 'what has its own memory is kept as it is').toBe(whole);
});
