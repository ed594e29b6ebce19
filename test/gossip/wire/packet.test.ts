import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Alive } from '../../../src/gossip/wire/messages.ts';
import { type Packable, Packed, pack, struct } from '../../../src/gossip/wire/pack.ts';
import { decode, encode } from '../../../src/gossip/wire/packet.ts';
import { isMalformed, malformed } from '../../../src/gossip/wire/refusal.ts';
import { decodeSerf } from '../../../src/gossip/wire/serf.ts';
import { packetMessages } from './arbitrary.ts';
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

test('every message that is written is read back', () => {
  fc.assert(
    fc.property(packetMessages, (message) => {
      expect(decode(encode(message))).toEqual(message);
    }),
    { numRuns: 500 },
  );
});

test('an error for a peer is read back', () => {
  expect(decode(encode({ kind: 'error', text: 'no' }))).toEqual({ kind: 'error', text: 'no' });
});

describe('what our own nodes add under the key OpsBro', () => {
  const suspect = { kind: 'suspect', node: 'n1', incarnation: 1, from: 'n2' } as const;
  const extra = (bytes: number): Uint8Array => pack(struct({ V: new Uint8Array(bytes) }));

  test('stands between the other fields in their order', () => {
    const hex = toHex(encode({ ...suspect, opsbro: pack(7) }));
    expect(hex).toBe('0384a446726f6da26e32ab496e6361726e6174696f6e01a44e6f6465a26e31a64f707342726f07');
  });

  test('is neither sent nor read beyond 600 bytes', () => {
    const [most, more] = [extra(594), extra(595)];
    expect([most.length, more.length]).toEqual([600, 601]);
    expect(decode(encode({ ...suspect, opsbro: most }))).toEqual({ ...suspect, opsbro: most });
    expect(encode({ ...suspect, opsbro: more })).toEqual(encode(suspect));
    const fields = { From: 'n2', Incarnation: 1, Node: 'n1', OpsBro: new Packed(more) };
    expect(decode(Uint8Array.of(3, ...pack(struct(fields))))).toEqual(suspect);
  });

  test('may be any packed value, the last one counts, and one that is cut loses the message', () => {
    const twice = fromHex(`0382a44e6f6465a26e31a64f707342726f01`);
    expect(decode(twice)).toEqual(malformed('badName'));
    const ack = (rest: string) => decode(fromHex(`028${rest}`));
    expect(ack('2a55365714e6f01a64f707342726f93010203')).toMatchObject({ opsbro: fromHex('93010203') });
    expect(ack('3a55365714e6f01a64f707342726f01a64f707342726f02')).toMatchObject({ opsbro: fromHex('02') });
    expect(ack('2a55365714e6f01a64f707342726f930102')).toEqual(malformed('malformed'));
  });
});
