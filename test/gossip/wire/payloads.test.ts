import { describe, expect, test } from 'vitest';
import { decodeAckPayload, encodeAckPayload, ORIGIN } from '../../../src/gossip/wire/ack-payload.ts';
import { pack, struct } from '../../../src/gossip/wire/pack.ts';
import { decodeQueryPayload, encodeQueryPayload } from '../../../src/gossip/wire/query-payloads.ts';
import { isMalformed, malformed } from '../../../src/gossip/wire/refusal.ts';
import { decodeTags, encodeTags } from '../../../src/gossip/wire/tags.ts';
import { fromHex, toHex, vectorsOf } from './vectors.ts';

const withInner = (await vectorsOf('internal-queries.json')).filter(([, { inner }]) => inner);
const acks = (await vectorsOf('plain.json')).filter(([, { kind }]) => kind === 'msg:ack');

describe('tags', () => {
  test.each([
    ['ff80', {}],
    ['ff82a26f62a131a4726f6c65a3776562', { ob: '1', role: 'web' }],
    ['ff81a4726f6c65a26462', { role: 'db' }],
    ['', { role: '' }],
    ['776562', { role: 'web' }],
  ])('of %s are %j', (hex, tags) => {
    expect(Object.fromEntries(decodeTags(fromHex(hex)))).toEqual(tags);
    if (hex.startsWith('ff')) expect(toHex(encodeTags(new Map(Object.entries(tags))))).toBe(hex);
  });

  test('that cannot be read are none, and bytes behind them do not matter', () => {
    expect(decodeTags(fromHex('ffc1'))).toEqual(new Map());
    expect(decodeTags(fromHex('ff90'))).toEqual(new Map());
    expect(decodeTags(fromHex('ff81a161a162c1c1'))).toEqual(new Map([['a', 'b']]));
  });
});

describe('the payload of an ack', () => {
  test.each(acks)('of recording %s is where every node starts', (_, { json }) => {
    const { body } = json as { body: { Payload: string } };
    const hex = body.Payload.replace('hex:', '');
    expect(decodeAckPayload(fromHex(hex))).toEqual({ coordinate: ORIGIN });
    expect(toHex(encodeAckPayload({ coordinate: ORIGIN }))).toBe(hex);
  });

  test('carries our own digest beside or without a coordinate', () => {
    const opsbro = fromHex('01'.repeat(25));
    for (const coordinate of [ORIGIN, null]) {
      expect(decodeAckPayload(encodeAckPayload({ coordinate, opsbro }))).toEqual({ coordinate, opsbro });
    }
  });

  test.each([
    ['nothing', ''],
    ['another version', '0280'],
    ['no map', '0190'],
    ['too long a digest', toHex(Uint8Array.of(1, ...pack(struct({ OpsBro: new Uint8Array(65) }))))],
  ])('with %s says nothing', (_, hex) => {
    expect(decodeAckPayload(fromHex(hex))).toBeUndefined();
  });

  test('with a coordinate of fewer dimensions has none', () => {
    expect(decodeAckPayload(Uint8Array.of(1, ...pack(struct({ Vec: [1.5] }))))).toEqual({ coordinate: null });
  });
});

describe('the payload of a query among agents', () => {
  test.each(withInner)('of recording %s is read, and written the same', (_, { payloadHex = '', inner }) => {
    const payload = decodeQueryPayload(fromHex(payloadHex));
    if (isMalformed(payload)) throw new Error(payload.reason);
    const { serf, body } = inner as { serf: string; body: unknown };
    expect(payload.kind).toBe(serf);
    expect(fieldsOf(payload)).toEqual(body);
    expect(toHex(encodeQueryPayload(payload))).toBe(payloadHex);
  });

  test('about an unknown member is nil', () => {
    expect(decodeQueryPayload(fromHex('06c0'))).toEqual({ kind: 'conflictResponse', member: null });
    expect(toHex(encodeQueryPayload({ kind: 'conflictResponse', member: null }))).toBe('06c0');
  });

  test.each([
    ['', 'truncated'],
    ['6480', 'unknownType'],
    ['0690', 'malformed'],
  ])('of %s is refused', (hex, reason) => {
    expect(decodeQueryPayload(fromHex(hex))).toEqual(malformed(reason as 'malformed'));
  });
});

/** A payload under the names of its fields on the wire. */
function fieldsOf(payload: Exclude<ReturnType<typeof decodeQueryPayload>, { kind: 'malformed' }>): unknown {
  switch (payload.kind) {
    case 'keyRequest':
      return { Key: `hex:${toHex(payload.key)}` };
    case 'keyResponse':
      return {
        Keys: payload.keys,
        Message: payload.message === '' ? 'hex:' : payload.message,
        PrimaryKey: payload.primaryKey,
        Result: payload.result,
      };
    case 'conflictResponse': {
      const { member } = payload;
      return (
        member && {
          Addr: member.address,
          DelegateCur: member.delegate.current,
          DelegateMax: member.delegate.max,
          DelegateMin: member.delegate.min,
          Name: member.name,
          Port: member.port,
          ProtocolCur: member.protocol.current,
          ProtocolMax: member.protocol.max,
          ProtocolMin: member.protocol.min,
          Status: member.status,
          Tags: Object.fromEntries(member.tags),
        }
      );
    }
  }
}
