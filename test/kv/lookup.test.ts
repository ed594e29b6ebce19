import { describe, expect, test } from 'vitest';
import { recordPlace } from '../../src/kv/layout.ts';
import type { Database } from '../../src/kv/level-database.ts';
import { Lookup } from '../../src/kv/lookup.ts';
import { entryOf } from '../../src/kv/pages.ts';
import { decodeRecord, encodeRecord, type KvRecord } from '../../src/kv/record.ts';
import { readAt } from '../../src/kv/record-cache.ts';

/** A database that knows the keys of one letter, and the places that it was asked for, by visit. */
function counted(fault?: Error) {
  const visits: string[][] = [];
  const getMany = async (places: Uint8Array[]) => {
    visits.push(places.map((place) => Buffer.from(place).toString('hex')));
    if (fault) throw fault;
    return places.map((place) => (place.length === recordPlace('a').length ? Uint8Array.of(1) : undefined));
  };
  const database = { getMany } as unknown as Database;
  return { visits, lookup: new Lookup({ read: (task) => task(database), quarantined: () => 0 }) };
}

test('what is wanted in one turn takes one visit to the disk, and is remembered', async () => {
  const { lookup, visits } = counted();
  const found = await Promise.all(['a', 'b', 'long'].map((key) => lookup.stored(key)));
  expect(found).toEqual([Uint8Array.of(1), Uint8Array.of(1), undefined]);
  expect(visits.map(({ length }) => length)).toEqual([3]);
  expect(await lookup.stored('a')).toEqual(Uint8Array.of(1));
  expect(visits).toHaveLength(1);
});

test('everybody who waited is told of a disk that fails, and the next one asks it again', async () => {
  const { lookup, visits } = counted(new Error('EIO'));
  const told = await Promise.allSettled([lookup.stored('a'), lookup.stored('b')]);
  expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(lookup.stored('a')).rejects.toThrow('EIO');
  expect(visits).toHaveLength(2);
});

describe('what is known without the disk', () => {
  const version = { stamp: 5n, tag: new Uint8Array(16) };
  const record: KvRecord = { version, created: 5n, expires: 0, kind: 'value', value: Buffer.from('one') };
  const stored = encodeRecord(record);
  const lookupWith = (held: Uint8Array | undefined, quarantined = 0) => {
    const lookup = new Lookup({ read: () => Promise.reject(new Error('EIO')), quarantined: () => quarantined });
    lookup.wrote(new Map([['a', { stored: held }]]));
    return lookup;
  };

  test('is a record, made out once, and what is to be read of it', () => {
    const lookup = lookupWith(stored);
    const known = lookup.known('a');
    expect(known).toMatchObject({ record: { kind: 'value' } });
    expect(lookup.known('a')?.record).toBe(known?.record);
    const entry = readAt(1, 'a', known ?? {});
    expect(entry).toEqual(entryOf('a', record));
    expect(readAt(1, 'a', lookup.known('a') ?? {})).toBe(entry);
    lookup.wrote(new Map([['a', { stored: encodeRecord({ ...record, value: Buffer.from('two') }) }]]));
    expect(Buffer.from(lookup.known('a')?.record?.value ?? []).toString()).toBe('two');
  });

  test('of what was written with its record is that record, in memory of the cache', () => {
    const lookup = lookupWith(undefined);
    const frame = Buffer.alloc(10_000);
    stored.forEach((byte, at) => {
      frame[at + 500] = byte;
    });
    const arrived = decodeRecord(frame.subarray(500, 500 + stored.length));
    lookup.wrote(new Map([['a', { stored: encodeRecord(arrived ?? record), record: arrived }]]));
    frame.fill(0);
    const known = lookup.known('a')?.record;
    expect(known && encodeRecord(known)).toEqual(stored);
    expect(known).toMatchObject({ created: 5n, expires: 0, kind: 'value', version: { stamp: 5n } });
    expect(Buffer.from(known?.value ?? []).toString()).toBe('one');
  });

  test('is also that there is none, unless damaged ones are set aside', () => {
    expect(lookupWith(undefined).known('a')).toEqual({});
    expect(lookupWith(undefined, 1).known('a')).toBeUndefined();
    expect(lookupWith(stored, 1).known('a')).toBeDefined();
  });

  test('is nothing of what was never looked at, or is damaged', () => {
    expect(lookupWith(stored).known('b')).toBeUndefined();
    expect(lookupWith(stored.subarray(1)).known('a')).toBeUndefined();
  });
});
