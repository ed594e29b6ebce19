import { describe, expect, test } from 'vitest';
import { encodeFilters } from '../../../src/gossip/serf/query-filters.ts';
import type { Query, QueryResponse } from '../../../src/gossip/wire/messages.ts';
import { decodeQueryPayload, encodeQueryPayload } from '../../../src/gossip/wire/query-payloads.ts';
import { encodeSerf } from '../../../src/gossip/wire/serf.ts';
import { alive, Bench, portOf } from './bench.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const NONE = new Uint8Array();

const query = (change: Partial<Query> = {}): Query => ({
  kind: 'query',
  lTime: 5,
  id: 77,
  name: 'uptime',
  payload: bytes('pay'),
  address: '10.0.0.2',
  port: portOf('bob'),
  sourceNode: 'bob',
  filters: [],
  flags: 1,
  relayFactor: 0,
  timeout: 3_200_000_000,
  ...change,
});

const fresh = () => new Bench().hear(alive('bob'), alive('carl'), alive('dora'));
/** A pool of me, bob, carl and dora, in which nothing is on its way. */
const pool = () => fresh().wait(5_000).forget();

describe('a query from the network', () => {
  test('is acknowledged, told on and handed out, once', () => {
    const bench = pool().hear(query()).hear(query()).wait(50);
    expect(bench.sent('queryResponse')).toMatchObject([
      { to: portOf('bob'), from: 'me', id: 77, lTime: 5, flags: 1, payload: null },
    ]);
    expect(bench.done('query')).toMatchObject([{ name: 'uptime', from: 'bob' }]);
    expect(bench.sent('query').length).toBeGreaterThan(0);
  });

  test('is answered where it came from, while its time lasts', () => {
    const bench = pool().hear(query({ flags: 0 }));
    const id = bench.done('query')[0]?.id ?? 0;
    bench.give({ type: 'respond', id, payload: bytes('up') }).give({ type: 'respond', id, payload: bytes('again') });
    expect(bench.sent('queryResponse')).toMatchObject([{ to: portOf('bob'), flags: 0, payload: bytes('up') }]);
    bench.forget().hear(query({ id: 78 }));
    bench.wait(4_000).give({ type: 'respond', id: bench.done('query')[0]?.id ?? 0, payload: bytes('late') });
    expect(bench.sent('queryResponse').filter(({ flags }) => flags === 0)).toEqual([]);
  });

  test('is not told on when it says so', () => {
    const bench = pool()
      .hear(query({ flags: 2 }))
      .wait(1_000);
    expect([bench.done('query').length, bench.sent('query').length]).toEqual([1, 0]);
  });

  test.each([
    ['for others', encodeFilters({ nodes: ['carl'] })],
    ['with a filter that is not known', [Uint8Array.of(9)]],
  ])('%s is told on and nothing else', (_, filters) => {
    const bench = pool().hear(query({ filters })).wait(50);
    expect([bench.done('query').length, bench.sent('queryResponse').length]).toEqual([0, 0]);
    expect(bench.sent('query').length).toBeGreaterThan(0);
  });

  test('with an expression waits for the engine', () => {
    const bench = pool().hear(query({ filters: encodeFilters({ tags: new Map([['role', 'web-[0-9]']]) }) }));
    const [{ id, conditions } = { id: 0, conditions: [] }] = bench.done('match');
    expect(conditions).toEqual([{ expression: 'web-[0-9]', text: 'web-1' }]);
    expect(bench.sent('queryResponse')).toEqual([]);
    bench.give({ type: 'matched', id, matches: true });
    expect([bench.sent('queryResponse').length, bench.done('query').length]).toEqual([1, 1]);
  });

  test.each([
    ['a stranger', { sourceNode: 'mallory', address: '10.6.6.6' }],
    ['someone who says to be a member but is elsewhere', { address: '10.6.6.6' }],
  ])('of %s is not answered: else the whole pool could be pointed at anyone', (_, change) => {
    const bench = pool().hear(query(change)).wait(50);
    expect(bench.sent('queryResponse')).toEqual([]);
    expect(bench.count('dropped_query_stranger')).toBe(1);
  });

  test('of an old agent, which does not say its name, is answered all the same', () => {
    expect(
      pool()
        .hear(query({ sourceNode: '' }))
        .sent('queryResponse'),
    ).toHaveLength(1);
  });
});

describe('from the network', () => {
  test('a query is answered through others too when it asks for relays', () => {
    const bench = fresh().hear(query({ relayFactor: 2, flags: 1 }));
    const relays = bench.sent('relay');
    expect(relays.map(({ to }) => to).sort()).toEqual([portOf('carl'), portOf('dora')]);
    expect(relays[0]).toMatchObject({ address: '10.0.0.2', port: portOf('bob'), destName: 'bob' });
    expect(
      fresh()
        .hear(query({ relayFactor: 4 }))
        .sent('relay'),
    ).toEqual([]);
  });

  test.each([
    [
      'an answer that is too long',
      'dropped_answer_too_large',
      (bench: Bench) => {
        bench
          .hear(query())
          .give({ type: 'respond', id: bench.done('query')[0]?.id ?? 0, payload: new Uint8Array(1_000) });
      },
    ],
    ['a time beyond the ceiling', 'dropped_lamport', (bench: Bench) => bench.hear(query({ lTime: 2 ** 48 + 1 }))],
    [
      'an internal query that nobody knows',
      'dropped_query_internal',
      (bench: Bench) => bench.hear(query({ name: '_serf_x' })),
    ],
    [
      'a query on keys that holds none',
      'dropped_query_malformed',
      (bench: Bench) => bench.hear(query({ name: '_serf_use-key' })),
    ],
    ['an answer to nothing', 'dropped_answers', (bench: Bench) => bench.hear(answer('bob', 1, 1))],
  ])('%s is counted and dropped', (_, counter, run) => {
    const bench = pool();
    run(bench);
    expect(bench.count(counter)).toBe(1);
  });

  test('a query of a run before this one is not handled again', () => {
    expect(new Bench([1, 1, 6]).hear(alive('bob'), query({ lTime: 5 })).done('query')).toEqual([]);
  });
});

const answer = (from: string, id: number, lTime: number, change: Partial<QueryResponse> = {}): QueryResponse => ({
  kind: 'queryResponse',
  from,
  id,
  lTime,
  flags: 0,
  payload: bytes(`of ${from}`),
  ...change,
});

describe('a query of ours', () => {
  const asking = (change = {}) => {
    const question = { name: 'uptime', payload: NONE, filters: {}, ...change };
    const bench = pool().give({ type: 'ask', ticket: 9, question }).wait(20);
    const [{ id, lTime } = { id: 0, lTime: 0 }] = bench.sent('query');
    return { bench, id, lTime };
  };

  test('gathers one answer of each member, and names those that have it', () => {
    const { bench, id, lTime } = asking();
    bench.hear(answer('bob', id, lTime, { flags: 1, payload: null }));
    bench.hear(answer('bob', id, lTime), answer('bob', id, lTime), answer('carl', id, lTime + 1)).wait(3_300);
    expect(bench.done('heardAnswer')).toMatchObject([{ ticket: 9, from: 'bob', payload: bytes('of bob') }]);
    expect(bench.done('queryEnded')).toMatchObject([{ ticket: 9, acks: ['me', 'bob'], timeoutMs: 3_200 }]);
    expect(bench.hear(answer('dora', id, lTime)).count('dropped_answers')).toBe(2);
  });

  test('ends when nobody is left who could answer', () => {
    const { bench, id, lTime } = asking({ filters: { nodes: ['bob', 'carl'] } });
    expect(bench.hear(answer('bob', id, lTime)).done('queryEnded')).toEqual([]);
    expect(bench.hear(answer('carl', id, lTime)).done('queryEnded')).toHaveLength(1);
  });

  test('of our own kind is for our own kind only', () => {
    const { bench } = asking({ name: 'opsbro:vote' });
    expect(bench.sent('query')[0]?.filters).toEqual(encodeFilters({ tags: new Map([['ob', '.']]) }));
  });

  test.each([
    ['without a name', { name: '' }, 'a query needs a name'],
    ['of the agents', { name: '_serf_use-key' }, /belong to the agents/],
    ['that is too long', { payload: new Uint8Array(1_000) }, /query too large: \d+ bytes, limit 1024/],
  ])('%s is refused', (_, change, message) => {
    const question = { name: 'uptime', payload: NONE, filters: {}, ...change };
    expect(() => pool().core.serf.queries.questions.check(question)).toThrow(message);
  });
});

describe('a relay', () => {
  const inner = encodeSerf(answer('carl', 1, 1));
  const relay = { kind: 'relay', address: '10.0.0.2', port: portOf('bob'), zone: '', destName: 'bob', inner } as const;

  test('is sent on to the member that it is for', () => {
    expect(pool().hear(relay).sent('queryResponse')).toMatchObject([{ to: portOf('bob'), from: 'carl' }]);
  });

  test.each([
    ['a stranger', { destName: 'mallory' }],
    ['another place than the member has', { address: '10.6.6.6' }],
    ['a member, but wraps no answer', { inner: encodeSerf(query()) }],
    ['a member, but wraps nonsense', { inner: bytes('nonsense') }],
  ])('for %s is dropped', (_, change) => {
    const bench = pool().hear({ ...relay, ...change });
    expect([bench.sent('queryResponse').length + bench.sent('query').length, bench.count('dropped_relay')]).toEqual([
      0, 1,
    ]);
  });
});

describe('the agents are answered', () => {
  test('to a ping by the ack alone', () => {
    const bench = pool().hear(query({ name: '_serf_ping', payload: NONE }));
    expect([bench.sent('queryResponse').length, bench.done('query').length]).toEqual([1, 0]);
  });

  test('on a name that two claim: with whom we know, with nil when nobody, not at all on our own', () => {
    const ask = (name: string) =>
      pool()
        .hear(query({ name: '_serf_conflict', payload: bytes(name), flags: 0 }))
        .sent('queryResponse');
    const [known] = ask('carl');
    expect(decodeQueryPayload(known?.payload ?? NONE)).toMatchObject({
      member: {
        name: 'carl',
        address: '10.0.0.2',
        port: portOf('carl'),
        status: 1,
        protocol: { min: 1, max: 5, current: 2 },
        delegate: { min: 2, max: 5, current: 5 },
      },
    });
    expect(ask('nobody')[0]?.payload).toEqual(Uint8Array.of(0x06, 0xc0));
    expect(ask('me')).toEqual([]);
  });

  test('on the name that the asker itself claims, although it is no member under it; once a second', () => {
    const claim = { name: '_serf_conflict', sourceNode: 'carl', payload: bytes('carl'), flags: 0 };
    const rival = { ...claim, address: '10.0.0.66', port: 66 };
    const bench = pool().hear(query(rival), query({ ...rival, id: 78 }));
    expect(bench.sent('queryResponse')).toMatchObject([{ to: 66 }]);
    expect(bench.count('dropped_query_stranger')).toBe(1);
    expect(
      bench
        .wait(1_000)
        .hear(query({ ...rival, id: 79 }))
        .sent('queryResponse'),
    ).toHaveLength(2);
  });

  test('on keys by whoever holds them', () => {
    const key = new Uint8Array(32).fill(7);
    const payload = encodeQueryPayload({ kind: 'keyRequest', key });
    const bench = pool().hear(query({ name: '_serf_install-key', payload, flags: 0 }));
    expect(bench.done('keys')).toMatchObject([{ operation: 'install', key }]);
    bench.give({ type: 'respond', id: bench.done('keys')[0]?.id ?? 0, payload: bytes('done') });
    expect(bench.sent('queryResponse')).toMatchObject([{ to: portOf('bob'), payload: bytes('done') }]);
  });
});
