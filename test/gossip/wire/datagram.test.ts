import { describe, expect, test } from 'vitest';
import { DATAGRAM_BUDGET, sealDatagram } from '../../../src/gossip/wire/datagram.ts';
import { lzwDecode } from '../../../src/gossip/wire/lzw.ts';
import { pack, struct } from '../../../src/gossip/wire/pack.ts';
import { decode, encode } from '../../../src/gossip/wire/packet.ts';
import { CLEAR, opened } from '../../support/clear.ts';
import { bombs, lzwOfZeros } from './bombs.ts';
import { fixture, fromHex, toHex, vectorsOf } from './vectors.ts';

const recorded = [...(await vectorsOf('plain.json')), ...(await vectorsOf('compressed.json'))];
const datagrams = recorded.filter(([, { kind }]) => /^(packet|udp)/.test(kind));
const compounds = datagrams.filter(([, { kind }]) => kind.startsWith('packet:compound'));

/** The kinds under the names that the recordings use. */
const NAMES: Readonly<Record<string, string>> = {
  joinIntent: 'user/join',
  leaveIntent: 'user/leave',
  userEvent: 'user/userEvent',
  query: 'user/query',
  queryResponse: 'user/queryResponse',
  relay: 'user/relay',
};

const ping = (seqNo: number): Uint8Array => encode({ kind: 'ping', seqNo, node: 'n1' });
const compress = (content: Uint8Array): Uint8Array => Uint8Array.of(9, ...pack(struct({ Algo: 0, Buf: content })));

/** A compound, whatever its table says. */
function compound(count: number, lengths: readonly number[], ...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.of(
    7,
    count,
    ...lengths.flatMap((length) => [length >> 8, length & 255]),
    ...parts.flatMap((part) => [...part]),
  );
}

describe('opening', () => {
  test.each(datagrams)('recording %s gives every message', (_, { hex, contains, innerHex }) => {
    const { messages, dropped } = opened(fromHex(hex));
    expect(dropped).toEqual([]);
    if (contains) expect(messages.map(({ kind }) => NAMES[kind] ?? kind)).toEqual(contains);
    if (innerHex) expect(messages).toEqual([decode(fromHex(innerHex))]);
  });

  test('a checksum that is wrong by one bit drops the datagram', () => {
    const good = fromHex('0c3f8b6d17080182a54c54696d6501a44e6f6465a26e32');
    expect(opened(good).messages).toEqual([{ kind: 'joinIntent', lTime: 1, node: 'n2' }]);
    expect(opened(good.subarray(5)).messages).toHaveLength(1);
    good[22] = (good[22] ?? 0) ^ 1;
    expect(opened(good)).toMatchObject({ messages: [], dropped: ['crc'] });
  });

  test('a part that is no message costs that part alone', () => {
    const event = fromHex('080384a24343c2a54c54696d6501a44e616d65a66465706c6f79a75061796c6f6164a676312e322e33');
    const parts = [ping(1), Uint8Array.of(100, 0xc0), event];
    const { messages, dropped } = opened(
      compound(
        3,
        parts.map((part) => part.length),
        ...parts,
      ),
    );
    expect(messages.map(({ kind }) => kind)).toEqual(['ping', 'userEvent']);
    expect(dropped).toEqual(['unknownType']);
  });

  test('255 parts are all read', () => {
    const parts = Array.from({ length: 255 }, (_, i) => ping(i));
    const { messages, dropped } = opened(
      compound(
        255,
        parts.map((part) => part.length),
        ...parts,
      ),
    );
    expect(messages.map((message) => message.kind === 'ping' && message.seqNo)).toEqual(parts.map((_, i) => i));
    expect(dropped).toEqual([]);
  });

  test('a last part that is cut costs that part alone', () => {
    const parts = [ping(1), ping(2), ping(3)];
    const whole = compound(
      3,
      parts.map((part) => part.length),
      ...parts,
    );
    const { messages, dropped } = opened(whole.subarray(0, -1));
    expect(messages).toHaveLength(2);
    expect(dropped).toEqual(['truncated']);
  });
});

describe('opening what is no datagram', () => {
  test.each([
    ['nothing', '', 'truncated'],
    ['a table shorter than announced', toHex(compound(200, [17, 17], ping(1), ping(2))), 'truncated'],
    ['a compound without a count', '07', 'truncated'],
    ['a compound of no parts', '0700', 'malformed'],
    ['a checksum of nothing', '0c00000000', 'truncated'],
    ['a label', 'f4046c616231', 'label'],
    ['an error, which only streams carry', toHex(encode({ kind: 'error', text: 'x' })), 'unknownType'],
    ['a push/pull, which only streams carry', '0683a44a6f696ec3', 'unknownType'],
    ['a checksum within a compound', toHex(compound(1, [5], fromHex('0c00000000'))), 'unknownType'],
    ['another way of compression', '0982a4416c676f01a3427566a70083081c283020', 'malformed'],
    ['compression five deep', toHex(nested(5)), 'tooDeep'],
  ])('%s is dropped', (_, hex, reason) => {
    expect(opened(fromHex(hex))).toMatchObject({ messages: [], dropped: [reason] });
  });

  test('four layers are read', () => {
    expect(opened(nested(4))).toMatchObject({ messages: [{ kind: 'ping' }], dropped: [] });
  });

  test('a label of another pool is dropped', async () => {
    const { label } = (await fixture('synthetic.json')) as { label: { label: string; plainPacketHex: string } };
    expect(opened(fromHex(label.plainPacketHex))).toMatchObject({ messages: [], dropped: ['label'] });
  });
});

describe('a datagram that expands too far', () => {
  test('is dropped, whatever it would become', () => {
    const bomb = compress(lzwOfZeros(3_000_000));
    expect(bomb.length).toBeLessThan(4_000);
    expect(opened(bomb)).toMatchObject({ messages: [], dropped: ['tooBig'] });
  });

  test('by many parts together is dropped as well', () => {
    const { dropped } = opened(bombs(60, 200_000));
    expect(dropped.filter((reason) => reason === 'tooBig')).toHaveLength(59);
  });

  test('is told apart by a decoder that reads zeros', () => {
    expect(lzwDecode(lzwOfZeros(5_000), 5_000)).toEqual(new Uint8Array(5_000));
  });
});

describe('sealing', () => {
  test.each(compounds)('the parts of recording %s gives the same bytes', (_, { hex, kind }) => {
    const parts = opened(fromHex(hex)).messages.map(encode);
    expect(sealDatagram(parts, { ...CLEAR, crc: kind.endsWith('crc') }).map(toHex)).toEqual([hex]);
  });

  test('one message stands alone, with or without checksum', () => {
    const join = encode({ kind: 'joinIntent', lTime: 1, node: 'n2' });
    expect(sealDatagram([join], { ...CLEAR, crc: false })).toEqual([join]);
    expect(sealDatagram([join], { ...CLEAR, crc: true }).map(toHex)).toEqual([
      '0c3f8b6d17080182a54c54696d6501a44e6f6465a26e32',
    ]);
  });

  test('127 parts fit into one, 128 need two', () => {
    const parts = Array.from({ length: 128 }, () => encode({ kind: 'nack', seqNo: 1 }).subarray(0, 8));
    expect(sealDatagram(parts.slice(1), { ...CLEAR, crc: false }).map((bytes) => bytes[1])).toEqual([127]);
    expect(sealDatagram(parts, { ...CLEAR, crc: false })).toHaveLength(2);
  });

  test('no datagram passes 1400 bytes, and nothing is lost or reordered', () => {
    const parts = Array.from({ length: 300 }, (_, i) => ping(i));
    for (const crc of [true, false]) {
      const sealed = sealDatagram(parts, { ...CLEAR, crc });
      expect(Math.max(...sealed.map((bytes) => bytes.length))).toBeLessThanOrEqual(DATAGRAM_BUDGET);
      expect(sealed.flatMap((bytes) => opened(bytes).messages)).toEqual(parts.map(decode));
    }
  });

  test('nothing gives nothing', () => {
    expect(sealDatagram([], { ...CLEAR, crc: true })).toEqual([]);
  });
});

/** A ping below so many layers of compression. */
function nested(layers: number): Uint8Array {
  let bytes = ping(1);
  for (let layer = 0; layer < layers; layer++) bytes = compress(stored(bytes));
  return bytes;
}

/** LZW that compresses nothing: a clear code before it can grow, then the bytes as they are. */
function stored(bytes: Uint8Array): Uint8Array {
  const codes = [...bytes].flatMap((byte, at) => (at % 200 === 0 ? [256, byte] : [byte]));
  const bits = [...codes, 257].map((code) => [...code.toString(2).padStart(9, '0')].reverse().join('')).join('');
  return Uint8Array.from((bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt([...byte].reverse().join(''), 2)));
}
