import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { msOf, nextStamp, stampAt } from '../../src/kv/hlc.ts';
import { decodeRecord, encodeRecord, type KvRecord, PackedRecord } from '../../src/kv/record.ts';
import { nodeTag, tagAt, versionText } from '../../src/kv/version.ts';

const NODE_1 = '11111111-1111-4111-8111-111111111111';
const NODE_2 = '22222222-2222-4222-8222-222222222222';
const START = stampAt(1_700_000_000_000);
const HELLO = '0100018bcfe56800000011111111111141118111111111111111018bcfe568000000000000000000000068656c6c6f45544a45';

describe('versions', () => {
  test.each([
    [START, NODE_1, '018bcfe568000000-11111111111141118111111111111111'],
    [START + 1n, NODE_1, '018bcfe568000001-11111111111141118111111111111111'],
    [START + 65_535n, NODE_2, '018bcfe56800ffff-22222222222242228222222222222222'],
    [START + 65_536n, NODE_1, '018bcfe568010000-11111111111141118111111111111111'],
  ])('%s by %s is %s', (stamp, node, text) => {
    expect(versionText({ stamp, tag: nodeTag(node) })).toBe(text);
  });

  test.each([
    ['node-a', '0702c1cc60ff9e1331c47331a36ddd5d'],
    ['0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33', '0beec7b5ea3f0fdbc95d0dd47f3c5bc2'],
  ])('the tag of %s is %s', (node, tag) => {
    expect(Buffer.from(nodeTag(node)).toString('hex')).toBe(tag);
  });
});

describe('the hybrid clock', () => {
  test('a full counter runs over into the next millisecond', () => {
    expect(msOf(nextStamp(START + 65_535n, 1_700_000_000_000))).toBe(1_700_000_000_001);
  });

  test('never goes back, however the wall clock jumps', () => {
    const jumps = fc.array(fc.integer({ min: 0, max: 4_000_000_000_000 }), { maxLength: 50 });
    fc.assert(
      fc.property(jumps, (walls) => {
        let last = 0n;
        for (const wall of walls) {
          const next = nextStamp(last, wall);
          expect(next > last && msOf(next) >= wall).toBe(true);
          last = next;
        }
      }),
    );
  });
});

describe('records', () => {
  const hello: KvRecord = {
    version: { stamp: START, tag: nodeTag(NODE_1) },
    created: START,
    expires: 0,
    kind: 'value',
    value: Buffer.from('hello'),
  };

  test('are the bytes they were agreed to be', () => {
    expect(Buffer.from(encodeRecord(hello)).toString('hex')).toBe(HELLO);
  });

  test('come back as they were', () => {
    const uint = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const record = fc.record({
      version: fc.record({ stamp: uint, tag: fc.uint8Array({ minLength: 16, maxLength: 16 }) }),
      created: uint,
      expires: fc.maxSafeNat(),
      kind: fc.constantFrom('value' as const, 'tombstone' as const, 'dropped' as const),
      value: fc.uint8Array({ maxLength: 300 }),
    });
    fc.assert(
      fc.property(record, (given) => {
        const found = decodeRecord(encodeRecord(given));
        expect(found).toEqual({
          ...given,
          version: { stamp: given.version.stamp, tag: Buffer.from(given.version.tag) },
          value: Buffer.from(given.value),
        });
      }),
    );
  });

  test('are not believed when a bit is wrong', () => {
    const bit = fc.integer({ min: 0, max: (HELLO.length / 2) * 8 - 1 });
    fc.assert(
      fc.property(bit, (place) => {
        const bytes = Buffer.from(HELLO, 'hex');
        bytes[place >> 3] = (bytes[place >> 3] ?? 0) ^ (1 << (place & 7));
        expect(decodeRecord(bytes)).toBeUndefined();
      }),
    );
  });

  test('are not believed with an end that no number can hold', () => {
    for (const [expires, isBelieved] of [
      [2n ** 53n - 1n, true],
      [2n ** 53n, false],
      [2n ** 64n - 1n, false],
    ] as const) {
      const bytes = Buffer.from(HELLO, 'hex');
      bytes.writeBigUInt64BE(expires, 34);
      bytes.writeUInt32BE(crc32(bytes.subarray(0, -4)), bytes.length - 4);
      expect(decodeRecord(bytes) !== undefined).toBe(isBelieved);
    }
  });

  test('are not believed when cut short', () => {
    for (let length = 0; length < HELLO.length / 2; length++) {
      expect(decodeRecord(Buffer.from(HELLO, 'hex').subarray(0, length))).toBeUndefined();
    }
  });
});

describe('a record that goes to several places', () => {
  const plain: KvRecord = {
    ...{ version: { stamp: START, tag: nodeTag(NODE_1) }, created: START, expires: 0, kind: 'value' },
    value: Buffer.from('hello'),
  };

  test('is made bytes of once', () => {
    const packed = new PackedRecord(plain);
    expect(encodeRecord(packed)).toEqual(encodeRecord(plain));
    expect(encodeRecord(packed)).toBe(encodeRecord(packed));
  });

  test('goes on as the bytes it came in, unless something of it is changed', () => {
    const stored = encodeRecord(plain);
    const read = decodeRecord(stored);
    expect(read && encodeRecord(read)).toBe(stored);
    const changed = encodeRecord({ ...plain, ...read, expires: 5 });
    expect(decodeRecord(changed)).toMatchObject({ expires: 5, version: plain.version });
  });

  test('has its tag from elsewhere than from those bytes, the same for the same node', () => {
    const stored = encodeRecord(plain);
    const [one, other] = [decodeRecord(stored)?.version.tag, decodeRecord(Buffer.from(stored))?.version.tag];
    expect(one).toBe(other);
    expect(one?.buffer).not.toBe(stored.buffer);
    for (let node = 0; node < 200; node += 1) {
      const tag = nodeTag(`node ${node}`);
      expect(tagAt(tag, 0)).toEqual(tag);
    }
    expect(tagAt(stored, 10)).toEqual(nodeTag(NODE_1));
  });
});
