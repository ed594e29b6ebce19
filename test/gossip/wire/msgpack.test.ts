import { decode as oracle } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Float, type Packable, Packed, pack, struct } from '../../../src/gossip/wire/pack.ts';
import { Refused } from '../../../src/gossip/wire/refusal.ts';
import { packedField, type Unpacked, unpack } from '../../../src/gossip/wire/unpack.ts';
import { fromHex, toHex } from './vectors.ts';

describe('packing', () => {
  test.each<[Packable, string]>([
    [127, '7f'],
    [128, 'cc80'],
    [255, 'ccff'],
    [256, 'cd0100'],
    [65_535, 'cdffff'],
    [65_536, 'ce00010000'],
    [4_294_967_295, 'ceffffffff'],
    [4_294_967_296, 'cf0000000100000000'],
    [Number.MAX_SAFE_INTEGER, 'cf001fffffffffffff'],
    [-1, 'ff'],
    [-32, 'e0'],
    [-33, 'd0df'],
    [-128, 'd080'],
    [-129, 'd1ff7f'],
    [-32_769, 'd2ffff7fff'],
    [-2_147_483_649, 'd3ffffffff7fffffff'],
    [1.5, 'cb3ff8000000000000'],
    [new Float(0), 'cb0000000000000000'],
    [null, 'c0'],
    [true, 'c3'],
    [false, 'c2'],
    ['', 'a0'],
    ['n1', 'a26e31'],
    [Uint8Array.of(127, 0, 1, 2), 'a47f000102'],
    [[], '90'],
    [[null, 1], '92c001'],
    [new Map(), '80'],
    [struct({ b: 1, a: undefined, B: 2 }), '82a14202a16201'],
    [struct({ k: new Packed(Uint8Array.of(0xc3)) }), '81a16bc3'],
  ])('%o is %s', (value, hex) => {
    expect(toHex(pack(value))).toBe(hex);
  });

  test.each([
    [31, 'bf'],
    [32, 'da0020'],
    [300, 'da012c'],
    [65_536, 'db00010000'],
  ])('a text of %i bytes begins with %s', (length, head) => {
    const hex = toHex(pack('x'.repeat(length)));
    expect(hex.slice(0, head.length)).toBe(head);
    expect(hex.length).toBe(head.length + 2 * length);
  });

  test.each([
    [16, 'dc0010', 'de0010'],
    [65_536, 'dd00010000', 'df00010000'],
  ])('lists and maps of %i begin with %s and %s', (size, list, map) => {
    const keys = Array.from({ length: size }, (_, i) => String(i));
    expect(toHex(pack(keys.map(() => 0))).slice(0, list.length)).toBe(list);
    expect(toHex(pack(new Map(keys.map((key) => [key, 0])))).slice(0, map.length)).toBe(map);
  });

  test('keys are sorted by their bytes, not by their UTF-16', () => {
    const sorted = unpack(
      pack(
        new Map([
          ['\u{1f600}', 1],
          ['\uff5e', 2],
          ['z', 3],
        ]),
      ),
    ).value as ReadonlyMap<string, number>;
    expect([...sorted.keys()]).toEqual(['z', '\uff5e', '\u{1f600}']);
  });
});

describe('unpacking', () => {
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
  ])('%s is 1', (hex) => {
    expect(unpack(fromHex(hex)).value).toBe(1);
  });

  test.each(['a26e31', 'd9026e31', 'da00026e31', 'db000000026e31', 'c4026e31', 'c500026e31', 'c6000000026e31'])(
    '%s is a byte string',
    (hex) => {
      expect(unpack(fromHex(hex)).value).toEqual(Buffer.from('n1'));
    },
  );

  test.each<[string, Unpacked]>([
    ['ca3fc00000', 1.5],
    ['cf0020000000000000', 2n ** 53n],
    ['d38000000000000000', -(2n ** 63n)],
    ['d40155', null],
    ['c7020155aa', null],
    ['de0001a16101', new Map([['a', 1]])],
    ['df00000001a16101', new Map([['a', 1]])],
    ['82a16101a16102', new Map([['a', 2]])],
    ['820107a16102', new Map([['a', 2]])],
    ['81a95f5f70726f746f5f5f01', new Map([['__proto__', 1]])],
  ])('%s is read by its meaning', (hex, value) => {
    expect(unpack(fromHex(hex)).value).toEqual(value);
  });

  test.each([
    ['nothing', '', 'malformed'],
    ['an unused byte', 'c1', 'malformed'],
    ['a cut number', 'cd01', 'malformed'],
    ['a cut text', 'a561', 'malformed'],
    ['a cut length', 'da00', 'malformed'],
    ['a list longer than the rest', 'ddffffffff00', 'malformed'],
    ['a map longer than the rest', 'dfffffffff00', 'malformed'],
    ['17 lists in each other', `${'91'.repeat(17)}c0`, 'tooDeep'],
  ])('%s is refused', (_, hex, reason) => {
    expect(() => unpack(fromHex(hex))).toThrow(new Refused(reason as 'malformed'));
  });

  test('16 lists in each other are read', () => {
    expect(unpack(fromHex(`${'91'.repeat(16)}c0`)).end).toBe(17);
  });

  test('bytes that would become far more memory are refused', () => {
    const bytes = Buffer.alloc(5 + 200_000, 0x80);
    bytes.set(fromHex('dd00030d40'));
    expect(() => unpack(bytes)).toThrow(new Refused('tooBig'));
  });

  test('the packed value of one key can be had without the others', () => {
    const bytes = pack(
      new Map<string, Packable>([
        ['a', [1, 2]],
        ['b', new Map([['c', 'd']])],
        ['e', 1],
      ]),
    );
    expect(packedField(bytes, 0, 'b')).toEqual(pack(new Map([['c', 'd']])));
    expect(packedField(bytes, 0, 'x')).toBeUndefined();
  });
});

/** Values that come back as they went in: bytes for text, floats only when they are no whole numbers. */
const values = fc.letrec<{ value: Packable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }).filter((number) => !Number.isSafeInteger(number)),
    fc.uint8Array({ maxLength: 70 }),
    fc.array(tie('value'), { maxLength: 20 }),
    fc
      .array(fc.tuple(fc.string({ unit: 'binary' }), tie('value')), { maxLength: 20 })
      .map((entries) => new Map(entries) as ReadonlyMap<string, Packable>),
  ),
})).value;

/** Buffers and byte arrays alike. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof Map ? new Map([...value].map(([key, inner]) => [key, plain(inner)])) : value;
}

test('what is packed comes back', () => {
  fc.assert(
    fc.property(values, (value) => {
      const bytes = pack(value);
      expect(unpack(bytes).end).toBe(bytes.length);
      expect(plain(unpack(bytes).value)).toEqual(plain(value));
    }),
  );
});

test('another library reads what is packed', () => {
  const numbers = fc.dictionary(
    fc.string({ unit: 'grapheme-ascii', minLength: 1 }),
    fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true })),
    {
      noNullPrototype: true,
    },
  );
  fc.assert(
    fc.property(
      numbers.filter((record) => !Object.hasOwn(record, '__proto__')),
      (record) => {
        // An integer has no negative zero.
        const zeroless = Object.fromEntries(Object.entries(record).map(([key, value]) => [key, value + 0]));
        expect(oracle(pack(struct(zeroless)))).toEqual(zeroless);
      },
    ),
  );
});
