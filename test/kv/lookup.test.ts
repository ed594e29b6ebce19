import { expect, test } from 'vitest';
import { recordPlace } from '../../src/kv/layout.ts';
import type { Database } from '../../src/kv/level-database.ts';
import { Lookup } from '../../src/kv/lookup.ts';

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
