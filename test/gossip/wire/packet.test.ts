import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Alive, PacketMessage } from '../../../src/gossip/wire/messages.ts';
import { type Packable, Packed, pack, struct } from '../../../src/gossip/wire/pack.ts';
import { decode, encode } from '../../../src/gossip/wire/packet.ts';
import { isMalformed, malformed } from '../../../src/gossip/wire/refusal.ts';
import { decodeSerf } from '../../../src/gossip/wire/serf.ts';
import { fromHex, shown, toHex, vectorsOf } from './vectors.ts';

const single = (await vectorsOf('plain.json')).filter(
  ([, { kind }]) => kind.startsWith('msg:') || /^stream:(ping|ack)/.test(kind),
);

describe('a recorded message', () => {
  test.each(single)('%s is read, and written the same', (_, { hex, json }) => {
    const message = decode(fromHex(hex));
    if (isMalformed(message)) throw new Error(message.reason);
    const { body, header, inner } = json as { body?: unknown; header?: unknown; inner?: { body: unknown } };
    expect(shown(message)).toEqual(body ?? header);
    if (message.kind === 'relay') {
      const relayed = decodeSerf(message.inner);
      expect(isMalformed(relayed) ? relayed : shown(relayed)).toEqual(inner?.body);
    }
    expect(toHex(encode(message))).toBe(hex);
  });
});

const ALIVE: Alive = {
  kind: 'alive',
  node: 'n2',
  incarnation: 1,
  address: '127.0.1.2',
  port: 7946,
  meta: fromHex('ff80'),
  versions: [1, 5, 2, 2, 5, 5],
};

/** An alive message with some fields packed otherwise. */
function alive(changes: Readonly<Record<string, Packable | undefined>>): Uint8Array {
  const fields = {
    Addr: Uint8Array.of(127, 0, 1, 2),
    Incarnation: 1,
    Meta: ALIVE.meta,
    Node: 'n2',
    Port: 7946,
    Vsn: '\x01\x05\x02\x02\x05\x05',
  };
  return Uint8Array.of(4, ...pack(struct({ ...fields, ...changes })));
}

describe('a member that is announced', () => {
  test('is taken when all is in order', () => {
    expect(decode(alive({}))).toEqual(ALIVE);
  });

  test.each<[string, Readonly<Record<string, Packable | undefined>>, string]>([
    ['no versions', { Vsn: null }, 'badVersionBytes'],
    ['4 version bytes', { Vsn: '\x01\x05\x02\x02' }, 'badVersionBytes'],
    ['5 version bytes', { Vsn: '\x01\x05\x02\x02\x05' }, 'badVersionBytes'],
    ['tags of 513 bytes', { Meta: new Uint8Array(513) }, 'badMeta'],
    ['an address of 5 bytes', { Addr: new Uint8Array(5) }, 'badAddress'],
    ['no address', { Addr: null }, 'badAddress'],
    ['the unspecified address', { Addr: new Uint8Array(4) }, 'badAddress'],
    ['the unspecified IPv6 address', { Addr: new Uint8Array(16) }, 'badAddress'],
    ['a multicast address', { Addr: Uint8Array.of(224, 0, 0, 1) }, 'badAddress'],
    ['an IPv6 multicast address', { Addr: Uint8Array.of(255, 2, ...new Uint8Array(14)) }, 'badAddress'],
    ['no name', { Node: '' }, 'badName'],
    ['a name of 129 bytes', { Node: 'n'.repeat(129) }, 'badName'],
    ['a name with a line feed', { Node: 'a\nb' }, 'badName'],
    ['a name that is no text', { Node: Uint8Array.of(0xff, 0xfe) }, 'badName'],
    ['a port that is none', { Port: 65_536 }, 'malformed'],
    ['a negative port', { Port: -1 }, 'malformed'],
    ['a port that is text', { Port: '80' }, 'malformed'],
    ['an incarnation over 2^31', { Incarnation: 2 ** 31 + 1 }, 'malformed'],
  ])('with %s is dropped', (_, changes, reason) => {
    expect(decode(alive(changes))).toEqual(malformed(reason as 'badMeta'));
  });

  test('with 9 version bytes is kept with 6', () => {
    expect(decode(alive({ Vsn: '\x01\x05\x02\x02\x05\x05\x09\x09\x09' }))).toEqual(ALIVE);
  });

  test('with tags of 512 bytes, a name of 128 bytes and port 0 is kept', () => {
    const edge = { Meta: new Uint8Array(512), Node: 'é'.repeat(64), Port: 0 };
    expect(decode(alive(edge))).toEqual({ ...ALIVE, meta: new Uint8Array(512), node: 'é'.repeat(64), port: 0 });
  });

  test('with a mapped IPv4 address is shown by its IPv4 address', () => {
    const mapped = Uint8Array.of(...new Uint8Array(10), 255, 255, 10, 0, 0, 7);
    expect(decode(alive({ Addr: mapped }))).toMatchObject({ address: '10.0.0.7' });
  });

  test('with fields that nobody knows is taken', () => {
    const nested = [new Map([['a', [1.5, null]]])];
    expect(decode(alive({ Zone: nested, Id: 2 ** 60 }))).toEqual(ALIVE);
  });

  test.each([
    '01',
    'cc01',
    'cd0001',
    'ce00000001',
    'cf0000000000000001',
    'd001',
    'd10001',
    'd200000001',
    'd30000000000000001',
  ])('with incarnation 1 written as %s is taken', (hex) => {
    expect(decode(alive({ Incarnation: new Packed(fromHex(hex)) }))).toEqual(ALIVE);
  });
});

describe('other messages', () => {
  test.each([
    ['an unknown type', '64c0', 'unknownType'],
    ['framing as a message', '0c0000', 'unknownType'],
    ['an unknown Serf type', '086480', 'unknownType'],
    ['nothing', '', 'truncated'],
    ['an empty user message', '08', 'truncated'],
    ['a list instead of a map', '0090', 'malformed'],
    ['a cut map', '0b81a55365714e6f', 'malformed'],
    ['a Lamport time over 2^48', '080182a54c54696d65cf0001000000000001a44e6f6465a26e32', 'malformed'],
    [
      'a relay of nothing',
      '080982a84465737441646472 83a24950a47f000101a4506f7274cd1f0aa45a6f6e65a0a8446573744e616d65a26e31',
      'truncated',
    ],
  ])('%s is refused', (_, hex, reason) => {
    expect(decode(fromHex(hex))).toEqual(malformed(reason as 'malformed'));
  });

  test('a ping of an old peer has no source', () => {
    expect(decode(fromHex('0082a44e6f6465a26e31a55365714e6f01'))).toEqual({ kind: 'ping', node: 'n1', seqNo: 1 });
  });

  test('a missing payload is as good as nil', () => {
    expect(decode(fromHex('0281a55365714e6f10'))).toEqual({ kind: 'ack', seqNo: 16, payload: null });
  });

  test('what is read does not keep the packet alive', () => {
    const packet = fromHex('0282a75061796c6f6164a3010203a55365714e6f01');
    const message = decode(packet);
    expect(message.kind === 'ack' && message.payload?.buffer.byteLength).toBe(3);
  });
});

const name = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => !/\p{Cc}/u.test(text));
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const lTime = fc.integer({ min: 0, max: 2 ** 48 });
const port = fc.integer({ min: 1, max: 65_535 });
const bytes = fc.uint8Array({ maxLength: 300 });
const incarnation = fc.integer({ min: 0, max: 2 ** 31 });
const address = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255)).map((octets) => octets.join('.')),
  fc.constantFrom('fd00::3', '::1', '2001:db8::1:0:0:1', 'fe80::1:2:3:4'),
);
const optionalSource = fc.oneof(
  fc.constant({}),
  fc.record({ source: fc.record({ address, port, node: fc.oneof(name, fc.constant('')) }) }),
);
const kind = <const Kind extends string>(text: Kind) => fc.constant(text);

const messages: fc.Arbitrary<PacketMessage> = fc.oneof(
  fc
    .tuple(fc.record({ kind: kind('ping'), seqNo: u32, node: name }), optionalSource)
    .map(([ping, source]) => ({ ...ping, ...source })),
  fc
    .tuple(
      fc.record({ kind: kind('indirectPing'), seqNo: u32, node: name, target: address, port, nack: fc.boolean() }),
      optionalSource,
    )
    .map(([ping, source]) => ({ ...ping, ...source })),
  fc.record({ kind: kind('ack'), seqNo: u32, payload: fc.option(bytes) }),
  fc.record({ kind: kind('nack'), seqNo: u32 }),
  fc.record({ kind: fc.constantFrom('suspect' as const, 'dead' as const), node: name, incarnation, from: name }),
  fc.record({
    kind: kind('alive'),
    node: name,
    incarnation,
    address,
    port,
    meta: bytes,
    versions: fc.constant(ALIVE.versions),
  }),
  fc.record({ kind: kind('leaveIntent'), lTime, node: name, prune: fc.boolean() }),
  fc.record({ kind: kind('joinIntent'), lTime, node: name }),
  fc.record({ kind: kind('userEvent'), lTime, name: fc.string(), payload: bytes, coalesce: fc.boolean() }),
  fc.record({
    kind: kind('query'),
    lTime,
    id: u32,
    name: fc.string(),
    payload: bytes,
    address,
    port,
    sourceNode: name,
    filters: fc.array(bytes, { maxLength: 3 }),
    flags: u32,
    relayFactor: fc.nat(255),
    timeout: fc.maxSafeNat(),
  }),
  fc.record({ kind: kind('queryResponse'), lTime, id: u32, from: name, flags: u32, payload: fc.option(bytes) }),
  fc.record({
    kind: kind('relay'),
    address,
    port,
    zone: fc.string(),
    destName: name,
    inner: fc.uint8Array({ minLength: 1, maxLength: 50 }),
  }),
  fc.record({
    kind: kind('own'),
    boot: fc.uint8Array({ minLength: 8, maxLength: 8 }),
    counter: fc.maxSafeNat(),
    ownKind: fc.nat(255),
    body: bytes,
    sender: name,
    version: fc.constant(1),
  }),
);

test('every message that is written is read back', () => {
  fc.assert(
    fc.property(messages, (message) => {
      expect(decode(encode(message))).toEqual(message);
    }),
    { numRuns: 500 },
  );
});

test('an error for a peer is read back', () => {
  expect(decode(encode({ kind: 'error', text: 'no' }))).toEqual({ kind: 'error', text: 'no' });
});
