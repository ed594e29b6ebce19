import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decrypt, encrypt, SEAL_BYTES } from '../../../src/gossip/wire/cipher.ts';
import { openDatagram, sealDatagram } from '../../../src/gossip/wire/datagram.ts';
import { gossipKey, IN_THE_CLEAR, type Keyring, type Protection, type Seal } from '../../../src/gossip/wire/keyring.ts';
import { encode } from '../../../src/gossip/wire/packet.ts';
import { malformed, Refused } from '../../../src/gossip/wire/refusal.ts';
import { StreamReader, sealStream } from '../../../src/gossip/wire/stream.ts';
import { CLEAR, opened } from '../../support/clear.ts';
import { packetMessages, streamMessages } from './arbitrary.ts';
import { fixture, fromHex, toHex, vectorsOf } from './vectors.ts';

const vectors = await vectorsOf('encrypted.json');
const { keys } = (await fixture('encrypted.json')) as { readonly keys: readonly string[] };
const { encV0, label } = (await fixture('synthetic.json')) as {
  readonly encV0: { readonly key: string; readonly plainHex: string; readonly hex: string };
  readonly label: { readonly label: string; readonly plainPacketHex: string };
};
const datagrams = vectors.filter(([, { kind }]) => kind.startsWith('udp:'));
const streams = vectors.filter(([, { kind }]) => kind.startsWith('tcp:'));

/** The ring of these keys in base64. */
function ringOf(first: string | undefined, ...others: readonly string[]): Keyring {
  const [primary, ...rest] = [first ?? '', ...others].map((key) => gossipKey(Buffer.from(key, 'base64')));
  if (!primary) throw new Error('no key');
  return [primary, ...rest.flatMap((key) => key ?? [])];
}

const ring = ringOf(keys[0], ...keys.slice(1));
const keyed = (keyring: Keyring, name = ''): Protection => ({ keyring, label: name, compress: true });
const otherThan = (key: string | undefined): Keyring => ringOf(keys.find((each) => each !== key));
const ofOnes = (bytes: number): Keyring => ringOf(Buffer.alloc(bytes, 1).toString('base64'));
const NOTHING = new Uint8Array(0);

describe('a recorded encryption', () => {
  test.each(vectors)('%s is undone by its key, alone or in a ring, and done again', (_, vector) => {
    const { key, hex, aadHex = '', nonceHex = '', plainHex = '' } = vector;
    const aad = fromHex(aadHex);
    const sealed = fromHex(hex).subarray(aad.length);
    for (const keyring of [ringOf(key), ring]) expect(toHex(decrypt(sealed, keyring, aad).plain)).toBe(plainHex);
    const [{ secret }] = ringOf(key);
    expect(toHex(encrypt(fromHex(plainHex), secret, fromHex(nonceHex), aad))).toBe(toHex(sealed));
    expect(() => decrypt(sealed, otherThan(key), aad)).toThrow(new Refused('decrypt'));
  });

  test.each(datagrams)('%s is a datagram of that pool alone', (_, { key, hex, plainHex = '' }) => {
    const { messages, dropped } = openDatagram(fromHex(hex), keyed(ringOf(key)));
    expect(messages).toEqual(opened(fromHex(plainHex)).messages);
    expect([messages.length > 0, dropped]).toEqual([true, []]);
    expect(openDatagram(fromHex(hex), keyed(otherThan(key)))).toMatchObject({ messages: [], dropped: ['decrypt'] });
    expect(opened(fromHex(hex)).messages).toEqual([]);
  });

  test('with one bit flipped anywhere is dropped', () => {
    for (const [, { hex, key }] of datagrams.slice(0, 3)) {
      const bytes = fromHex(hex);
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const flipped = Uint8Array.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(openDatagram(flipped, keyed(ringOf(key)))).toMatchObject({ messages: [], dropped: ['decrypt'] });
      }
    }
  });

  test.each(streams)('%s is a stream of that pool alone, whole or byte by byte', (_, { key, hex, plainHex = '' }) => {
    const plain = new StreamReader(IN_THE_CLEAR).push(fromHex(plainHex));
    const [used] = ringOf(key);
    const expected = { ...plain, key: expect.objectContaining({ fingerprint: used.fingerprint }) };
    expect(new StreamReader(keyed(ring)).push(fromHex(hex))).toEqual(expected);
    const reader = new StreamReader(keyed(ring));
    const outcomes = [...fromHex(hex)].map((byte) => reader.push(Uint8Array.of(byte)));
    expect(outcomes.findIndex((outcome) => outcome !== undefined)).toBe(hex.length / 2 - 1);
    expect(outcomes.at(-1)).toEqual(expected);
    expect(new StreamReader(keyed(otherThan(key))).push(fromHex(hex))).toEqual(malformed('decrypt'));
    expect(new StreamReader(IN_THE_CLEAR).push(fromHex(hex))).toEqual(malformed('encrypted'));
    expect(new StreamReader(keyed(ring)).push(fromHex(plainHex))).toEqual(malformed('clearText'));
  });
});

const JOIN = '0c3f8b6d17080182a54c54696d6501a44e6f6465a26e32';
const BODY = '0be942245d5fc07f7680e8a131c2c316ecdab58a49dfbf';

describe('the bytes of an encryption', () => {
  test.each([
    [32, '', `01020202020202020202020202${BODY}7db6b3cb105ac0a80f38a9aa8a07c53f`],
    [32, 'lab1', `01020202020202020202020202${BODY}2c9c561bf8c8c37260fce51a7f9c5334`],
    [
      16,
      '',
      '010202020202020202020202025fdb9b0ed12647fe32ac5a5ddf847bff15222d58f29c428f7f12691e481ab84c6b578f5f78f4f1',
    ],
  ])('with a key of %i bytes and the label "%s" are these', (bytes, name, hex) => {
    const keyring = ofOnes(bytes);
    const attached = Buffer.from(name);
    const sealed = encrypt(fromHex(JOIN), keyring[0].secret, new Uint8Array(12).fill(2), attached);
    expect(toHex(decrypt(sealed, keyring, attached).plain)).toBe(JOIN);
    expect(toHex(sealed)).toBe(hex);
  });

  test('of version 0 are read without their padding', () => {
    expect(toHex(decrypt(fromHex(encV0.hex), ringOf(encV0.key), NOTHING).plain)).toBe(encV0.plainHex);
    expect(openDatagram(fromHex(encV0.hex), keyed(ringOf(encV0.key))).messages).toMatchObject([{ kind: 'ping' }]);
  });

  test.each([
    ['nothing', ''],
    ['another version', `02${'00'.repeat(40)}`],
    ['28 bytes', `01${'00'.repeat(27)}`],
    ['version 0 of 44 bytes', '00'.repeat(44)],
  ])('that are %s are none', (_, hex) => {
    expect(() => decrypt(fromHex(hex), ring, NOTHING)).toThrow(new Refused('decrypt'));
  });
});

describe('a pool with a label', () => {
  const labelled: Protection = { keyring: undefined, label: label.label, compress: false };

  test('reads what carries it, and nothing else', () => {
    const bytes = fromHex(label.plainPacketHex);
    expect(openDatagram(bytes, labelled).messages).toMatchObject([{ kind: 'ping', node: 'n1' }]);
    for (const other of ['', 'lab', 'lab2', 'lab12']) {
      expect(openDatagram(bytes, { ...labelled, label: other })).toMatchObject({ messages: [], dropped: ['label'] });
    }
    expect(openDatagram(bytes.subarray(6), labelled)).toMatchObject({ messages: [], dropped: ['label'] });
  });

  test('and a key binds both together', () => {
    const [bytes = NOTHING] = sealDatagram([encode({ kind: 'nack', seqNo: 1 })], sealing(keyed(ring, 'lab1')));
    expect(openDatagram(bytes, keyed(ring, 'lab1')).messages).toHaveLength(1);
    const relabelled = fromHex(toHex(bytes).replace('6c616231', '6c616232'));
    expect(openDatagram(relabelled, keyed(ring, 'lab2'))).toMatchObject({ dropped: ['decrypt'] });
  });

  test.each([
    ['no label', '0082a44e6f6465a26e31a55365714e6f01'],
    ['another', 'f4046c6162320082a44e6f6465a26e31a55365714e6f01'],
  ])('refuses a stream with %s', (_, hex) => {
    expect(new StreamReader(labelled).push(fromHex(hex))).toEqual(malformed('label'));
  });

  test('waits for a label that is still coming', () => {
    const reader = new StreamReader(labelled);
    expect(reader.push(fromHex('f4046c61'))).toBeUndefined();
    expect(reader.push(fromHex('62310082a44e6f6465a26e31a55365714e6f01'))).toMatchObject({ message: { kind: 'ping' } });
  });
});

describe('who has other keys', () => {
  const nack = encode({ kind: 'nack', seqNo: 1 });

  test.each([
    ['clear text where there is a key', [sealing(IN_THE_CLEAR), keyed(ring)], 'clearText'],
    ['another key', [sealing(keyed(ofOnes(16))), keyed(ring)], 'decrypt'],
    ['a key where there is none', [sealing(keyed(ring)), IN_THE_CLEAR], 'encrypted'],
  ] as const)('with %s is told apart', (_, [seal, protection], reason) => {
    const [bytes = NOTHING] = sealDatagram([nack], { ...seal, nonce: () => new Uint8Array(12).fill(3) });
    expect(openDatagram(bytes, protection)).toMatchObject({ messages: [], dropped: [reason] });
  });

  test('announces a length that no stream may have', () => {
    expect(new StreamReader(keyed(ring)).push(fromHex('0a01400001'))).toEqual(malformed('tooBig'));
    expect(new StreamReader(keyed(ring)).push(fromHex('0a01400000'))).toBeUndefined();
  });
});

function sealing(protection: Protection): Seal & { readonly crc: boolean } {
  let last = 0;
  const nonce = () => {
    last += 1;
    return new Uint8Array(12).fill(last);
  };
  return { protection, nonce, crc: false };
}

const protections = fc
  .record({ hasKey: fc.boolean(), compress: fc.boolean(), label: fc.constantFrom('', 'lab1', 'x'.repeat(255)) })
  .map(({ hasKey, ...rest }): Protection => ({ ...rest, keyring: hasKey ? ring : undefined }));

describe('whatever is sealed', () => {
  test('in datagrams is read back in order, and none passes 1400 bytes', () => {
    const several = fc.array(packetMessages, { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(several, protections, fc.boolean(), (messages, protection, crc) => {
        const parts = messages.map(encode);
        const sealed = sealDatagram(parts, { ...sealing(protection), crc });
        const outcomes = sealed.map((bytes) => openDatagram(bytes, protection));
        expect(outcomes.flatMap(({ dropped }) => dropped)).toEqual([]);
        expect(outcomes.flatMap((outcome) => outcome.messages)).toEqual(messages);
        if (parts.every(({ length }) => length < 1_000)) {
          expect(Math.max(...sealed.map(({ length }) => length))).toBeLessThanOrEqual(1_400);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('in a stream is read back, whole or in two pieces', () => {
    fc.assert(
      fc.property(
        streamMessages,
        protections,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (message, protection, part) => {
          const bytes = sealStream(message, sealing(protection));
          const expected = { message, dropped: [], ...(protection.keyring && { key: protection.keyring[0] }) };
          expect(new StreamReader(protection).push(bytes)).toEqual(expected);
          const reader = new StreamReader(protection);
          const cut = Math.floor(part * bytes.length);
          expect(reader.push(bytes.subarray(0, cut)) ?? reader.push(bytes.subarray(cut))).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('compression', () => {
  const ping = encode({ kind: 'ping', seqNo: 1, node: 'n'.repeat(100) });
  const compressing = { ...CLEAR, protection: { ...IN_THE_CLEAR, compress: true }, crc: false };

  test('is left where it gains nothing, or too little to look', () => {
    expect(ping.length).toBeLessThan(129);
    expect(sealDatagram([ping], compressing)).toEqual([ping]);
    const noise = Uint8Array.from({ length: 300 }, (_, i) => ((i * 7919) ^ ((i >> 3) * 31)) & 255);
    const event = encode({ kind: 'userEvent', lTime: 1, name: 'x', payload: noise, coalesce: false });
    expect(sealDatagram([event], compressing)).toEqual([event]);
    expect(sealStream({ kind: 'ack', seqNo: 1, payload: null }, compressing)).toEqual(
      encode({ kind: 'ack', seqNo: 1, payload: null }),
    );
  });

  test('shortens several messages alike, below checksum and encryption', () => {
    const parts = [ping, ping, ping];
    const [plain = NOTHING] = sealDatagram(parts, { ...compressing, crc: true });
    expect([plain[0], plain[5]]).toEqual([12, 9]);
    const [sealed = NOTHING] = sealDatagram(parts, sealing(keyed(ring)));
    expect(sealed.length).toBe(plain.length - 5 + SEAL_BYTES);
  });
});
