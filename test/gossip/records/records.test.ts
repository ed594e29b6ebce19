import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Delta,
  packDelta,
  packFull,
  packSupplement,
  packWants,
  readDelta,
  readFull,
  readSupplement,
  readWants,
} from '../../../src/gossip/records/bodies.ts';
import {
  checkEntry,
  flagEntry,
  listEntry,
  noticeEntry,
  noticeName,
  numberEntry,
  readBase,
  readCheck,
  readService,
  readTexts,
  serviceEntry,
  textEntry,
} from '../../../src/gossip/records/entries.ts';
import { changed, difference, digestOf, EMPTY_RECORD, fitting } from '../../../src/gossip/records/part.ts';
import { checkTags, ownTags } from '../../../src/gossip/serf/own-tags.ts';
import { pack } from '../../../src/gossip/wire/pack.ts';
import { CHECK_STATES } from '../../../src/model/check.ts';

test('what a node says of incidents comes back, the newest version of each; what cannot be read is left out', () => {
  const sent = { state: 'sent', handlers: ['mail', 'slack'], at: 1_700_000_000_000 } as const;
  const base = new Map([
    ['al', flagEntry(true)],
    [noticeName('d24321311717087e-7'), noticeEntry(sent)],
    [noticeName('broken'), pack('x')],
    [noticeName('of the future'), pack(new Map([['s', 9]]))],
  ]);
  expect(readBase(base)).toMatchObject({ takesNodeAlerts: true, notices: new Map([['d24321311717087e-7', sent]]) });
  expect(readBase(new Map())).not.toHaveProperty('notices');
});

test('a node shows so many notices at most', () => {
  const notice = noticeEntry({ state: 'claimed', handlers: [], at: 1 });
  const base = new Map(Array.from({ length: 300 }, (_, each) => [noticeName(String(each)), notice] as const));
  expect(readBase(base).notices?.size).toBe(256);
});

const version = fc.nat(Number.MAX_SAFE_INTEGER);
const name = fc.string({ unit: 'grapheme', maxLength: 40 });
const entry = fc.oneof(fc.string().map(pack), fc.integer().map(pack), fc.array(fc.string()).map(pack));
const entries = fc.array(fc.tuple(name, entry), { maxLength: 20 }).map((pairs) => new Map(pairs));
const heading = { id: name, part: fc.constantFrom('base' as const, 'checks' as const, 'services' as const) };
const plain = (map: ReadonlyMap<string, Uint8Array>) => [...map].map(([key, bytes]) => [key, [...bytes]]).sort();

describe('bodies come back as they were sent', () => {
  test('a delta', () => {
    const delta = fc.record({ ...heading, from: version, to: version, set: entries, del: fc.array(name) });
    fc.assert(
      fc.property(delta, (sent: Delta) => {
        const { set, ...rest } = readDelta(packDelta(sent));
        expect({ ...rest, set: plain(set) }).toEqual({ ...sent, set: plain(sent.set) });
      }),
    );
  });

  test('a whole part, wants and the supplement of a push/pull', () => {
    const full = fc.record({ ...heading, version, entries });
    fc.assert(
      fc.property(fc.array(full), fc.array(fc.record({ ...heading, version })), (fulls, wants) => {
        for (const sent of fulls) expect(plain(readFull(packFull(sent)).entries)).toEqual(plain(sent.entries));
        expect(readWants(packWants(wants))).toEqual(wants);
        const versions = new Map([['id-a', [1, 2, 0]]]);
        const supplement = readSupplement(packSupplement({ versions, fulls }));
        expect(supplement.versions).toEqual(versions);
        expect(supplement.fulls?.map(({ id }) => id)).toEqual(fulls.map(({ id }) => id));
      }),
    );
  });

  test('nonsense is refused by an error, never taken for something', () => {
    const readers = [readDelta, readFull, readWants, readSupplement];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        for (const read of readers) {
          try {
            expect(read(bytes)).toBeTypeOf('object');
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
      }),
    );
  });
});

test('a list of more items than a pool has nodes is refused before they are taken apart', () => {
  const million = Buffer.alloc(5 + 1_000_000, 0xc0);
  million[0] = 0xdd;
  million.writeUInt32BE(1_000_000, 1);
  expect(() => readWants(million)).toThrow('too long');
});

test('a difference makes the one out of the other', () => {
  fc.assert(
    fc.property(entries, entries, (before, after) => {
      expect(plain(changed(before, difference(before, after)))).toEqual(plain(after));
    }),
  );
});

test('the digest is the same for the same entries in any order, and differs when one does', () => {
  const record = (...pairs: [string, string][]) => ({
    ...EMPTY_RECORD,
    base: { version: 1, entries: new Map(pairs.map(([key, text]) => [key, pack(text)])) },
  });
  const digest = digestOf(record(['a', '1'], ['b', '2']));
  expect(digest).toMatch(/^[0-9a-f]{12}$/);
  expect(digestOf(record(['b', '2'], ['a', '1']))).toBe(digest);
  expect(digestOf(record(['a', '1'], ['b', '3']))).not.toBe(digest);
});

describe('the state of a check', () => {
  test('comes back as it was told; an output only while something is wrong', () => {
    const state = fc.constantFrom(...CHECK_STATES, 'pending' as const);
    const summary = fc.record({ state, hard: fc.boolean(), changed: fc.nat(), output: fc.string({ maxLength: 60 }) });
    fc.assert(
      fc.property(summary, (told) => {
        const isFine = told.state === 'ok' || told.state === 'pending';
        expect(readCheck(checkEntry(told))).toEqual({ ...told, output: isFine ? '' : told.output });
      }),
    );
  });

  test('tells 256 bytes of output at most, and no half character', () => {
    const output = `${'é'.repeat(127)}€€`;
    const read = readCheck(checkEntry({ state: 'critical', hard: true, changed: 1, output }));
    expect(read.output).toBe('é'.repeat(127));
  });

  test('that cannot be read is unknown', () => {
    expect(readCheck(pack(['?']))).toEqual({ state: 'unknown', hard: false, changed: 0, output: '' });
    expect(readCheck(new Uint8Array([0xc1]))).toMatchObject({ state: 'unknown' });
  });
});

describe('a service', () => {
  test('comes back as it was told, its tags sorted', () => {
    const told = fc.record({
      state: fc.constantFrom(...CHECK_STATES, 'pending' as const),
      address: fc.ipV4(),
      port: fc.integer({ min: 0, max: 65_535 }),
      tags: fc.uniqueArray(fc.string({ minLength: 1 })),
      meta: fc.array(fc.tuple(fc.string(), fc.string())).map((pairs) => new Map(pairs)),
    });
    fc.assert(
      fc.property(told, (service) => {
        expect(readService(serviceEntry(service))).toEqual({ ...service, tags: [...service.tags].sort() });
      }),
    );
  });

  test.each([
    ['no map', pack(['?'])],
    ['no msgpack', new Uint8Array([0xc1])],
    [
      'other things',
      pack(
        new Map<string, string | number>([
          ['port', 70_000],
          ['s', 'x'],
          ['tags', 1],
          ['meta', 2],
        ]),
      ),
    ],
  ])('that cannot be read (%s) is unknown and empty', (_, entry) => {
    expect(readService(entry)).toEqual({ state: 'unknown', address: '', port: 0, tags: [], meta: new Map() });
  });
});

test('a part keeps what it has room for, by name order', () => {
  const size = (bytes: number) => pack('x'.repeat(bytes));
  const kept = fitting(
    new Map([
      ['d', size(10)],
      ['c', size(40_000)],
      ['a', size(10)],
      ['b', size(40_000)],
    ]),
  );
  expect([...kept.keys()]).toEqual(['a', 'b', 'd']);
});

test('a base part that lacks things or holds others is read as far as it goes', () => {
  const said = new Map([
    ['display_name', textEntry('web 1')],
    ['started', numberEntry(7)],
  ]);
  expect(readBase(said)).toEqual({ displayName: 'web 1', groups: [], version: '', started: 7 });
  expect(
    readBase(
      new Map([
        ['groups', pack(5)],
        ['version', pack(['x'])],
        ['started', pack(-1)],
      ]),
    ),
  ).toEqual({ displayName: '', groups: [], version: '', started: 0 });
  expect(readTexts(listEntry(['b', 'a', 'b', '']))).toEqual(['a', 'b']);
});

describe('tags', () => {
  const facts = { id: 'i'.repeat(36), zone: 'internet', isProxy: false, tags: new Map([['rack', 'r1']]) };

  test('say who we are', () => {
    expect(Object.fromEntries(ownTags({ ...facts, isProxy: true }, '3.abc', ['linux', 'web']))).toEqual({
      ob: '1',
      id: facts.id,
      z: 'internet',
      pp: '0',
      px: '1',
      sv: '3.abc',
      rack: 'r1',
      g: 'linux,web',
    });
  });

  test('leave the groups out as a whole when they do not fit', () => {
    const groups = Array.from({ length: 60 }, (_, place) => `group-${place}`);
    expect(ownTags(facts, '3.abc', groups).has('g')).toBe(false);
  });

  test.each(['ob', 'id', 'z', 'pp', 'px', 'sv', 'g'])('of the configuration may not be called %s', (tag) => {
    expect(() => checkTags({ ...facts, tags: new Map([[tag, 'x']]) })).toThrow(`"${tag}" is used by the agent itself`);
  });
});
