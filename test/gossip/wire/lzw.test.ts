import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lzwDecode } from '../../../src/gossip/wire/lzw.ts';
import { lzwEncode } from '../../../src/gossip/wire/lzw-encode.ts';
import { Refused } from '../../../src/gossip/wire/refusal.ts';
import { fixture, fromHex, toHex, vectorsOf } from './vectors.ts';

const ROOM = 1 << 20;
const recorded = await vectorsOf('compressed.json');

describe('LZW', () => {
  test.each([
    ['', '000302'],
    ['A', '00830404'],
    ['AAAAAAAA', '0083081c283020'],
    ['TOBEORNOTTOBE', '00a93c1152e48914274fa808241810'],
  ])('of "%s" is read and written', (text, hex) => {
    expect(Buffer.from(lzwDecode(fromHex(hex), ROOM)).toString()).toBe(text);
    expect(toHex(lzwEncode(Buffer.from(text)))).toBe(hex);
  });

  test.each(recorded)('of recording %s is read, and written the same', (_, { lzwHex = '', decompressedHex = '' }) => {
    expect(toHex(lzwDecode(fromHex(lzwHex), ROOM))).toBe(decompressedHex);
    expect(toHex(lzwEncode(fromHex(decompressedHex)))).toBe(lzwHex);
  });

  test('is read and written over the end of the table', async () => {
    const { lzwOverflow } = (await fixture('synthetic.json')) as {
      lzwOverflow: { lzwHex: string; plainSha256: string };
    };
    const plain = lzwDecode(fromHex(lzwOverflow.lzwHex), ROOM);
    expect(createHash('sha256').update(plain).digest('hex')).toBe(lzwOverflow.plainSha256);
    expect(plain).toEqual(Uint8Array.from({ length: 6000 }, (_, i) => ((i * 7919) ^ ((i >> 5) * 31)) & 255));
    expect(toHex(lzwEncode(plain))).toBe(lzwOverflow.lzwHex);
  });

  test.each([
    ['a code that cannot be yet', packed([256, 65, 259])],
    ['an end before the end code', packed([256, 65, 66])],
    ['nothing', new Uint8Array()],
  ])('with %s is refused', (_, bytes) => {
    expect(() => lzwDecode(bytes, ROOM)).toThrow(new Refused('malformed'));
  });

  test('stops where the output passes its limit', () => {
    expect(() => lzwDecode(fromHex('0083081c283020'), 7)).toThrow(new Refused('tooBig'));
    expect(lzwDecode(fromHex('0083081c283020'), 8)).toHaveLength(8);
  });
});

const runs = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 8 }), fc.nat(3_000)), { maxLength: 6 });
const repeated = runs.map((pieces) => Buffer.concat(pieces.map(([piece, times]) => Buffer.alloc(times, piece))));

test('whatever is written by LZW is read back', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 20_000 }), repeated), (bytes) => {
      expect(Buffer.compare(lzwDecode(lzwEncode(bytes), ROOM), bytes)).toBe(0);
    }),
  );
});

/** Codes of 9 bits, lowest bit first. */
function packed(codes: readonly number[]): Uint8Array {
  const bits = codes.map((code) => [...code.toString(2).padStart(9, '0')].reverse().join('')).join('');
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return Uint8Array.from(bytes.map((byte) => Number.parseInt([...byte].reverse().join(''), 2)));
}
