import { createSecretKey, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Complaints } from '../../src/peer/complaints.ts';
import { Counters } from '../../src/peer/counters.ts';
import { PeerKeyTable, type ZoneKeys } from '../../src/peer/keys.ts';
import { Replays } from '../../src/peer/replays.ts';
import { isSignedBy, parseClaim, peerHeader, type Sender } from '../../src/peer/signature.ts';
import { Slots } from '../../src/peer/slots.ts';
import { checkTarget, streamPart } from '../../src/peer/target.ts';
import { SimulatedClock } from '../support/clock.ts';
import { newKey } from './pair.ts';

const BYTES = Buffer.from('0123456789abcdef0123456789abcdef');
const SIGNING = createSecretKey(Buffer.alloc(32, 1));
const SENDER: Sender = { id: '7f0c-1', boot: 'b-2', counter: 42 };
const REQUEST = { method: 'POST', path: '/peer/v1/kv/put?a=1', body: Buffer.from('value') };

test('secrets are derived as the protocol says', () => {
  const key = newKey(BYTES);
  const table = new PeerKeyTable({ own: 'lan', zones: () => [{ zone: 'lan', keyring: [key] }] });
  const [derived] = table.of('lan') ?? [];
  const secret = (info: string) => Buffer.from(hkdfSync('sha256', BYTES, 'lan', info, 32)).toString('hex');
  expect(derived?.identity).toBe(`lan/${key.fingerprint}`);
  expect(Buffer.from(derived?.psk ?? []).toString('hex')).toBe(secret('opsbro peer v1'));
  expect(derived?.signing.export().toString('hex')).toBe(secret('peer-request'));
});

test('whoever listens is told which keys are gone, and what stays is not derived again', () => {
  const [a, b] = [newKey(), newKey()];
  let zones: ZoneKeys[] = [{ zone: 'lan', keyring: [a, b] }];
  const table = new PeerKeyTable({ own: 'lan', zones: () => zones });
  const gone: string[] = [];
  const listening = table.onRemoved((keys) => gone.push(...keys.map(({ fingerprint }) => fingerprint)));
  const before = table.of('lan')?.[1];
  zones = [{ zone: 'lan', keyring: [b] }];
  table.refresh();
  expect(gone).toEqual([a.fingerprint]);
  expect(table.of('lan')).toEqual([before]);
  expect(table.of('lan')?.[0]).toBe(before);
  listening[Symbol.dispose]();
  zones = [];
  table.refresh();
  expect(gone).toEqual([a.fingerprint]);
  expect(table.isOpen).toBe(true);
});

test('the header of a request is the one of the protocol', () => {
  const signingKey = createSecretKey(Buffer.from(hkdfSync('sha256', BYTES, 'lan', 'peer-request', 32)));
  expect(peerHeader(SENDER, REQUEST, signingKey)).toBe(
    '7f0c-1.b-2.42.538b46c2441c485feede0adfc32f283e9aedce26c2b6aa1e62ee6a266cf2998a',
  );
  expect(peerHeader(SENDER, REQUEST, undefined)).toBe('7f0c-1.b-2.42.');
});

test('what is signed is recognised, and nothing else is', () => {
  const claim = parseClaim(peerHeader(SENDER, REQUEST, SIGNING));
  if (!claim) throw new Error('our own header is one');
  expect(isSignedBy(SIGNING, claim, REQUEST)).toBe(true);
  expect(isSignedBy(createSecretKey(Buffer.alloc(32, 2)), claim, REQUEST)).toBe(false);
  for (const change of [{ method: 'PUT' }, { path: '/peer/v1/kv/put?a=2' }, { body: Buffer.from('valu') }]) {
    expect(isSignedBy(SIGNING, claim, { ...REQUEST, ...change })).toBe(false);
  }
  for (const change of [{ id: '7f0c-2' }, { boot: 'b-3' }, { counter: 43 }, { mac: '' }, { mac: '00' }]) {
    expect(isSignedBy(SIGNING, { ...claim, ...change }, REQUEST)).toBe(false);
  }
});

test('any text is a header or is none', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const claim = parseClaim(text);
      if (claim) expect(`${claim.id}.${claim.boot}.${claim.counter}.${claim.mac}`).toBe(text);
    }),
  );
});

test.each([
  undefined,
  '',
  'a.b.1',
  'a.b.0.',
  'a.b.-1.',
  'a.b.1e3.',
  'a.b.01.',
  'a b.c.1.',
  '.b.1.',
  `${'a'.repeat(129)}.b.1.`,
])('the header %s is none', (text) => {
  expect(parseClaim(text)).toBeUndefined();
});

test.each([
  ['one after the other', [1, 2, 3], ['fresh', 'fresh', 'fresh']],
  ['out of order', [3, 1, 2], ['fresh', 'fresh', 'fresh']],
  ['twice', [1, 1, 2, 1], ['fresh', 'seen', 'fresh', 'seen']],
  ['just within the window', [1_024, 1, 1_025, 2], ['fresh', 'fresh', 'fresh', 'fresh']],
  ['just out of the window', [1_025, 1], ['fresh', 'old']],
  ['after a leap', [1, 5_000, 4_999, 1, 5_000], ['fresh', 'fresh', 'fresh', 'old', 'seen']],
  ['a leap of exactly the window', [1, 1_025, 2, 1_025], ['fresh', 'fresh', 'fresh', 'seen']],
])('counters that come %s', (_, counters, expected) => {
  const replays = new Replays();
  expect(counters.map((counter) => replays.take('a', counter))).toEqual(expected);
});

test('no counter is ever fresh twice', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 200 }), (counters) => {
      const replays = new Replays();
      const fresh = counters.filter((counter) => replays.take('a', counter) === 'fresh');
      expect(new Set(fresh).size).toBe(fresh.length);
    }),
  );
});

test('of too many senders the one that was silent longest is forgotten', () => {
  const replays = new Replays(2);
  for (const [counter, sender] of ['a', 'b', 'a', 'c'].entries()) replays.take(sender, counter + 1);
  expect(replays.take('a', 3)).toBe('seen');
  expect(replays.take('b', 2)).toBe('fresh');
});

test('our counters only grow, for each address by itself, also when addresses are forgotten', () => {
  const counters = new Counters();
  expect([counters.next('a'), counters.next('a'), counters.next('b'), counters.next('a')]).toEqual([1, 2, 1, 3]);
  for (let each = 0; each < 10_000; each += 1) counters.next(`other ${each}`);
  expect(counters.next('a')).toBe(4);
});

test('a place that is given back twice counts once', () => {
  const slots = new Slots({ all: 3, perPeer: 2 });
  const first = slots.take('a');
  slots.take('a');
  expect(() => slots.take('a')).toThrow(expect.objectContaining({ code: 'too_many_requests' }));
  slots.take('b');
  expect(() => slots.take('c')).toThrow(expect.objectContaining({ code: 'overloaded' }));
  first();
  first();
  slots.take('a');
  expect(() => slots.take('c')).toThrow(expect.objectContaining({ code: 'overloaded' }));
});

test('complaints come once a minute for each source, of a thousand sources at most', () => {
  const clock = new SimulatedClock();
  let lines = 0;
  const warn = () => {
    lines += 1;
  };
  const log = { debug() {}, info() {}, error() {}, warn, child: () => log };
  const complaints = new Complaints(clock, log);
  for (let each = 0; each < 10; each += 1) complaints.tell('a', 'x');
  expect(lines).toBe(1);
  for (let each = 0; each < 5_000; each += 1) complaints.tell(`source ${each}`, 'x');
  expect(lines).toBe(1_024);
  clock.run(60_000);
  complaints.tell('a', 'x');
  expect(lines).toBe(1_025);
});

test('streams are opened at the place of their part', () => {
  expect(streamPart('/peer/v1/kv/stream')).toBe('kv');
  expect(
    ['/peer/v1/kv/streams', '/peer/v1/stream', '/peer/v1/kv/stream?a', '/peer/v2/kv/stream'].map(streamPart),
  ).toEqual(Array(4).fill(undefined));
});

test('what passes the check is read by everybody alike', () => {
  const piece = fc.stringMatching(/^[ -~]{0,12}$/);
  fc.assert(
    fc.property(piece, piece, (a, b) => {
      const target = `/peer/v1/${a}/${b}`;
      try {
        checkTarget(target);
      } catch {
        return;
      }
      expect(new URL(`http://peer${target}`).pathname).toBe(target.split('?', 1)[0]);
    }),
  );
});
