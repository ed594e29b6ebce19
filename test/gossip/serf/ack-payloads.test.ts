import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAckPayload, encodeAckPayload, ORIGIN } from '../../../src/gossip/wire/ack-payload.ts';
import { decodeDigest, encodeDigest } from '../../../src/gossip/wire/digest.ts';
import { alive, Bench, portOf } from './bench.ts';

describe('a digest', () => {
  test('comes through as it was, in 25 bytes', () => {
    const digest = fc.record({
      records: fc.uint8Array({ minLength: 8, maxLength: 8 }),
      eventTime: fc.nat({ max: 2 ** 48 }),
      events: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    });
    fc.assert(
      fc.property(digest, (told) => {
        const bytes = encodeDigest(told);
        expect(bytes).toHaveLength(25);
        expect(decodeDigest(bytes)).toEqual(told);
      }),
    );
  });

  test('of another version, or cut short, is none', () => {
    const bytes = encodeDigest({ records: new Uint8Array(8), eventTime: 1, events: 1n });
    expect(decodeDigest(bytes.slice(0, 24))).toBeUndefined();
    expect(decodeDigest(Uint8Array.from([2, ...bytes.slice(1)]))).toBeUndefined();
    expect(decodeDigest(Uint8Array.from([...bytes, 1, 2]))).toBeDefined();
  });
});

describe('our ack tells', () => {
  const ask = (bench: Bench, node: string, address = '10.0.0.2') => {
    const source = { node, address, port: portOf(node) };
    bench.forget().hear({ kind: 'ping', seqNo: 5, node: 'me', source });
    return bench.sent('ack')[0]?.payload ?? new Uint8Array();
  };
  const pool = () => new Bench().hear(alive('bob'), alive('ours', { ob: '1' }));

  test('a real Serf agent where we are, always, and nothing else', () => {
    const bench = pool();
    for (let turn = 0; turn < 10; turn += 1) {
      expect(decodeAckPayload(ask(bench, 'bob'))).toEqual({ coordinate: ORIGIN });
      expect(ask(bench, 'bob')).toHaveLength(130);
    }
  });

  test('one of ours what we have heard, and about every fourth time where we are instead', () => {
    const bench = pool();
    const payloads = Array.from({ length: 400 }, () => decodeAckPayload(ask(bench, 'ours')));
    const places = payloads.filter((told) => told?.coordinate && !told.opsbro).length;
    const digests = payloads.filter((told) => told?.opsbro && decodeDigest(told.opsbro) && !told.coordinate).length;
    expect(places + digests).toBe(400);
    expect(places).toBeGreaterThan(60);
    expect(places).toBeLessThan(140);
  });

  test('a stranger, and one who only says to be a member, nothing', () => {
    expect(ask(pool(), 'mallory')).toHaveLength(0);
    expect(ask(pool(), 'bob', '10.6.6.6')).toHaveLength(0);
  });
});

test('where a member is, is learnt from the direct answer to a probe', () => {
  const bench = new Bench().hear(alive('bob'));
  const payload = encodeAckPayload({ coordinate: { ...ORIGIN, vec: [0.01, 0, 0, 0, 0, 0, 0, 0] } });
  for (let left = 200; left > 0 && bench.sent('ping').length === 0; left -= 1) bench.wait(10);
  const [{ seqNo } = { seqNo: 0 }] = bench.sent('ping');
  bench.wait(20).hear({ kind: 'ack', seqNo, payload });
  expect(bench.core.serf.coordinates.of('bob')?.vec[0]).toBe(0.01);
  // The test looks every 10 ms whether it was sent.
  expect(bench.core.serf.coordinates.measured('bob')).toBeGreaterThanOrEqual(20);
  expect(bench.core.serf.coordinates.measured('bob')).toBeLessThanOrEqual(30);
});
