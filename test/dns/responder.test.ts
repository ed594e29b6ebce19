import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { silent } from '../../src/base/log.ts';
import { seeded } from '../../src/base/random.ts';
import { answerQuery, type Transport } from '../../src/dns/answer.ts';
import { AnswerCache } from '../../src/dns/answer-cache.ts';
import { NameIndex } from '../../src/dns/name-index.ts';
import { RawAnswer } from '../../src/dns/prepared.ts';
import { Responder, written } from '../../src/dns/responder.ts';
import { DEFAULT_ANSWERS } from '../../src/dns/settings.ts';
import type { Member } from '../../src/model/member.ts';
import { SimulatedClock } from '../support/clock.ts';
import { query, sectionsOf, TYPES } from './packets.ts';
import { check, crowd, member, POOL, poolOf, service } from './pool.ts';

/** A responder over members that may be changed. */
function open(pool: readonly [Member, ...Member[]] = POOL) {
  const members = new Map(poolOf(pool).members);
  const drained = new Set<string>();
  const clock = new SimulatedClock();
  const membership = {
    get self() {
      return members.get(pool[0].id) ?? pool[0];
    },
    members,
  };
  const common = { membership, isDrained: (id: string) => drained.has(id), clock, random: seeded(5), log: silent };
  const responder = new Responder({ ...common, settings: DEFAULT_ANSWERS });
  const become = (after: Member) => {
    members.set(after.id, after);
    responder.noteChange(after.id);
  };
  return { responder, members, membership, drained, become };
}

/** An answer, and whether it was finished before. */
function ask(responder: Responder, packet: Buffer, transport: Transport = 'udp') {
  const finished = responder.finished(packet, 0, packet.length, transport);
  if (finished) return { bytes: written(finished, packet), wasFinished: true };
  const message = { packet, start: 0, end: packet.length, transport, from: '127.0.0.1', mayForward: false };
  const response = responder.answer(message);
  if (response?.kind !== 'answer') throw new Error('no answer');
  return { bytes: written(response.prepared, packet), wasFinished: false };
}

const valuesOf = (bytes: Buffer) =>
  sectionsOf(bytes)
    .answers.map((record) => record.split(' ').slice(2).join(' '))
    .sort();

const packet = query({ name: 'redis.group.dc1.opsbro' });

/** Asks twice: only then is the answer kept. */
function askTwice(responder: Responder, packet: Buffer) {
  expect(ask(responder, packet).wasFinished).toBe(false);
  return ask(responder, packet);
}

describe('finished answers', () => {
  test('are given from the third time on, whatever case, number and flags the question has', () => {
    const { responder } = open();
    const first = askTwice(responder, packet);
    const other = query({ name: 'rEDis.group.DC1.opsbro', flags: 0x0010 });
    other.writeUInt16BE(0xbeef, 0);
    const second = ask(responder, other);
    expect([first.wasFinished, second.wasFinished]).toEqual([false, true]);
    expect(second.bytes.readUInt16BE(0)).toBe(0xbeef);
    expect(second.bytes.readUInt16BE(2)).toBe(0x8410);
    expect(second.bytes.subarray(12, other.length)).toEqual(other.subarray(12));
    expect(valuesOf(second.bytes)).toEqual(valuesOf(first.bytes));
    expect(Object.fromEntries(responder.counters.answers)).toEqual({ 'udp A NOERROR': 3 });
    expect(responder.counters.cacheHits).toBe(1);
  });

  test.each([
    ['another type', query({ name: 'redis.group.dc1.opsbro', type: TYPES.AAAA })],
    ['another class', query({ name: 'redis.group.dc1.opsbro', class: 255 })],
    ['EDNS', query({ name: 'redis.group.dc1.opsbro', edns: 1232 })],
    ['the DO bit', query({ name: 'redis.group.dc1.opsbro', edns: 1232, ednsTtl: 0x8000 })],
    ['an opcode', query({ name: 'redis.group.dc1.opsbro', flags: 0x0800 })],
  ])('are not those of a question with %s', (_, other) => {
    const { responder } = open();
    askTwice(responder, packet);
    askTwice(responder, query({ name: 'redis.group.dc1.opsbro', edns: 512 }));
    expect(ask(responder, other).wasFinished).toBe(false);
  });
});

describe('finished answers and changes: they', () => {
  test('are dropped when something changes that they show, and only then', () => {
    const { responder, become } = open();
    const web = query({ name: 'web.group.opsbro', type: TYPES.AAAA });
    const missing = query({ name: 'new.group.opsbro' });
    for (const one of [packet, web, missing]) askTwice(responder, one);
    become({ ...POOL[1], checks: new Map([['load', check('critical')]]) } as Member);
    expect(ask(responder, web).wasFinished).toBe(true);
    expect(ask(responder, missing).wasFinished).toBe(true);
    const changed = ask(responder, packet);
    expect(changed.wasFinished).toBe(false);
    expect(valuesOf(changed.bytes)).toEqual(['10.0.0.1']);
    become({ ...POOL[1], groups: ['new'] } as Member);
    expect(valuesOf(ask(responder, missing).bytes)).toEqual(['10.0.0.2']);
    expect(ask(responder, web).wasFinished).toBe(true);
  });

  test('stay when a check says something else without another state', () => {
    const { responder, become } = open();
    askTwice(responder, packet);
    become({ ...POOL[1], checks: new Map([['load', { ...check('ok'), output: 'fine' }]]) } as Member);
    expect(ask(responder, packet).wasFinished).toBe(true);
  });

  test('show the serial of now, though they were made before', () => {
    const { responder, become } = open();
    const missing = query({ name: 'nope.group.opsbro', edns: 1232 });
    const serialOf = (bytes: Buffer) => Number(sectionsOf(bytes).authorities[0]?.split(' ')[5]);
    const before = serialOf(askTwice(responder, missing).bytes);
    become({ ...POOL[1], state: 'dead', settled: 'dead' } as Member);
    const after = ask(responder, missing);
    expect([after.wasFinished, serialOf(after.bytes) >= before]).toEqual([true, true]);
    expect(serialOf(after.bytes)).toBe(responder.zone.serial.value);
  });

  test('leave out a node that somebody works on, but not its own name', () => {
    const { responder, drained } = open();
    askTwice(responder, packet);
    drained.add('id-n1');
    responder.noteChange();
    expect(valuesOf(ask(responder, packet).bytes)).toEqual(['10.0.0.2']);
    expect(valuesOf(ask(responder, query({ name: 'n1.name.opsbro' })).bytes)).toEqual(['10.0.0.1']);
  });
});

describe('finished answers and numbers', () => {
  test('that were cut are counted each time', () => {
    const { responder } = open([POOL[0], ...crowd(60)]);
    const big = query({ name: 'big.group.opsbro' });
    for (let run = 0; run < 4; run++) expect(ask(responder, big).bytes.readUInt16BE(2) & 0x0200).toBe(0x0200);
    expect([responder.counters.truncated, responder.counters.cacheHits]).toEqual([4, 2]);
  });

  test.each([
    ['addresses', TYPES.A, 12],
    ['services', TYPES.SRV, 18],
  ])('give each of three %s first about as often', (_, type, at) => {
    const three = [1, 2, 3].map((i) =>
      member({ name: `s${i}`, address: `10.0.0.${i}`, services: new Map([['db', service()]]) }),
    );
    const { responder } = open([POOL[0], ...three]);
    const packet = query({ name: 'db.service.opsbro', type });
    const first = new Map<string, number>();
    for (let run = 0; run < 3_000; run++) {
      const { bytes } = ask(responder, packet);
      const value = bytes.toString('latin1', packet.length + at, packet.length + at + 4);
      first.set(value, (first.get(value) ?? 0) + 1);
    }
    expect(responder.counters.cacheHits).toBe(2_998);
    expect([...first.values()]).toHaveLength(3);
    for (const count of first.values()) expect(Math.abs(count - 1_000)).toBeLessThanOrEqual(100);
  });
});

describe('ten thousand services over a thousand nodes', () => {
  const nodes = Array.from({ length: 1_000 }, (_, i) => {
    const services = new Map(
      Array.from({ length: 10 }, (_, k) => [`svc${(i * 10 + k) % 1_000}`, service({ port: k })]),
    );
    return member({ name: `n${i}`, address: `10.2.${i >> 8}.${i & 255}`, services });
  });
  const offering = (name: string) => nodes.filter(({ services }) => services.has(name)).map(({ address }) => address);
  const asked = (i: number) => query({ name: `svc${i}.service.opsbro` });
  /** The addresses of an answer without EDNS, straight from its records: the library is slow with many. */
  const addressesOf = (bytes: Buffer, question: Buffer) =>
    Array.from({ length: bytes.readUInt16BE(6) }, (_, at) =>
      bytes.subarray(question.length + at * 16 + 12, question.length + at * 16 + 16).join('.'),
    ).sort();
  const given = (responder: Responder, i: number) => addressesOf(ask(responder, asked(i)).bytes, asked(i));

  test('are answered each with just the nodes that offer it, and a change is in the next answer of those it touches', () => {
    const { responder, become } = open([POOL[0], ...nodes]);
    const names = Array.from({ length: 1_000 }, (_, i) => i);
    for (const i of names) expect(given(responder, i)).toEqual(offering(`svc${i}`).sort());
    for (const i of names) ask(responder, asked(i));
    const [gone] = nodes.slice(417) as [Member];
    become({ ...gone, state: 'dead', settled: 'dead' });
    const fresh = names.filter((i) => !ask(responder, asked(i)).wasFinished);
    expect(fresh.map((i) => `svc${i}`)).toEqual([...gone.services.keys()]);
    for (const i of fresh) {
      const left = offering(`svc${i}`).filter((address) => address !== gone.address);
      expect(given(responder, i)).toEqual(left.sort());
    }
  });
});

const state = fc.constantFrom('alive', 'suspect', 'dead', 'left');
const someGroups = fc.subarray(['red', 'blue', 'a.b', 'b']);
const someServices = fc.subarray(['red', 'db', 'web']);
const change = fc.record({
  node: fc.nat(3),
  state,
  groups: someGroups,
  services: someServices,
  badness: fc.constantFrom('ok', 'warning', 'critical'),
  tag: fc.constantFrom('x', 'y', 'x.y'),
  address: fc.nat(3),
  zone: fc.constantFrom('dc1', 'dc2', 'a.dc2'),
  isGone: fc.boolean(),
});

const QUESTIONS = [
  ...[
    'red.group',
    'blue.group.dc1',
    'b.group',
    'a.b.group',
    'red.group.dc2',
    'group.dc2',
    'group.a.dc2',
    'dc2',
    'a.dc2',
  ],
  ...[
    'n1.node',
    'n2.name.dc2',
    'red.service',
    'x.red.service',
    'y.red.service',
    '_red._tcp',
    '_red._x',
    '_x',
    'db.service.dc2',
  ],
  ...['0a000001.addr.dc2', 'nope', 'ns', ''],
].flatMap((name) =>
  [TYPES.A, TYPES.SRV, TYPES.TXT].map((type) => query({ name: name === '' ? 'opsbro' : `${name}.opsbro`, type })),
);
const REVERSE = [0, 1, 2, 3].map((i) => query({ name: `${i}.0.0.10.in-addr.arpa`, type: TYPES.PTR }));

test('whatever changes, a finished answer is the one that would be made now', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), (changes) => {
      const { responder, members, membership, become } = open([member({ name: 'n0', address: '10.0.0.9' })]);
      for (const { node, badness, address, services, tag, isGone, ...rest } of changes) {
        const name = `n${node}`;
        const of = new Map(services.map((each) => [each, service({ tags: [tag], state: badness })]));
        const after = member({ name, address: `10.0.0.${address}`, services: of, ...rest });
        if (isGone && node > 0) {
          members.delete(after.id);
          responder.noteChange(after.id);
        } else become({ ...after, checks: new Map([['c', check(badness)]]) });
        const index = new NameIndex(membership, () => false);
        index.refresh();
        for (const packet of [...QUESTIONS, ...REVERSE]) {
          const outcome = answerQuery(packet, { ...responder.zone, index }, 'udp');
          if (outcome.kind !== 'answer') throw new Error('dropped');
          const fresh = written(outcome.prepared, packet);
          const { bytes } = ask(responder, packet);
          expect(bytes.subarray(0, packet.length)).toEqual(fresh.subarray(0, packet.length));
          expect(valuesOf(bytes)).toEqual(valuesOf(fresh));
          expect(sectionsOf(bytes).additionals.sort()).toEqual(sectionsOf(fresh).additionals.sort());
        }
      }
    }),
    { numRuns: 15 },
  );
});

describe('the cache', () => {
  const kept = (size = 100) => ({ prepared: new RawAnswer(Buffer.alloc(size)), note: 0, keys: ['k'] });
  const packetOf = (i: number) => query({ name: `n${i}.node.opsbro` });
  /** The answer to a question that comes twice. */
  const keep = (cache: AnswerCache<number>, packet: Buffer, what = kept()) => {
    for (let turn = 0; turn < 2; turn++) cache.keep(packet, 0, packet.length, what);
  };

  test('keeps nothing that is asked once', () => {
    const cache = new AnswerCache<number>({ entries: 100, bytes: 1 << 20 });
    for (let i = 0; i < 10_000; i++) cache.keep(packetOf(i), 0, packetOf(i).length, kept());
    expect(cache.size).toBe(0);
    keep(cache, packetOf(10_000));
    expect(cache.size).toBe(1);
  });

  test('holds so many answers and forgets those that are not used', () => {
    const cache = new AnswerCache<number>({ entries: 100, bytes: 1 << 20 });
    const used = packetOf(0);
    keep(cache, used);
    for (let i = 1; i < 1_000; i++) {
      keep(cache, packetOf(i));
      expect(cache.find(used, 0, used.length)).toBeDefined();
      expect(cache.size).toBeLessThanOrEqual(100);
    }
    expect(cache.find(packetOf(1), 0, packetOf(1).length)).toBeUndefined();
    cache.drop(['k']);
    expect(cache.size).toBe(0);
  });

  test('holds so many bytes', () => {
    const cache = new AnswerCache<number>({ entries: 10_000, bytes: 160_000 });
    for (let i = 0; i < 1_000; i++) keep(cache, packetOf(i), kept(2_000));
    expect(cache.size).toBeLessThan(80);
    expect(cache.size).toBeGreaterThan(0);
  });

  test('keeps no answer to a long name or a question with options', () => {
    const cache = new AnswerCache<number>({ entries: 100, bytes: 1 << 20 });
    const long = query({ name: `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(20)}` });
    const edns = query({ name: 'a.opsbro', edns: 1232 });
    const odd = Buffer.concat([edns, Buffer.of(0xfd, 0xe9, 0, 0)]);
    odd.writeUInt16BE(4, edns.length - 2);
    for (const packet of [long, odd]) keep(cache, packet);
    expect(cache.size).toBe(0);
  });
});
