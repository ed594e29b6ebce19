import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEnvelope, decodeReply, encodeEnvelope, encodeReply } from '../../../src/kv/cluster/codec.ts';
import { Tree } from '../../../src/kv/cluster/merkle.ts';
import type { Answer, Question } from '../../../src/kv/cluster/messages.ts';
import { stampAt } from '../../../src/kv/hlc.ts';
import type { KvRecord } from '../../../src/kv/record.ts';
import { nodeTag, parseVersion, type Version, versionText } from '../../../src/kv/version.ts';
import { IDS } from './nodes.ts';

const version: Version = { stamp: stampAt(1_700_000_000_000) + 5n, tag: nodeTag(IDS[1] ?? '') };
const record: KvRecord = { version, created: version.stamp, expires: 0, kind: 'value', value: Buffer.of(0, 255, 10) };
const range = IDS.slice(0, 3).join(' ');
const tree = new Tree();
tree.toggle(7, 0xffff_ffff_ffff_fff0n);

const QUESTIONS: readonly Question[] = [
  { type: 'write', key: 'clé/é//', record },
  {
    type: 'writes',
    records: [
      { key: 'clé/é//', record },
      { key: 'k', record },
    ],
  },
  { type: 'read', key: 'k', have: version },
  { type: 'read', key: 'k' },
  { type: 'prepare', key: 'k', version },
  { type: 'accept', key: 'k', record, expected: version },
  { type: 'merge', records: [{ key: 'k', record }] },
  { type: 'offer', pairs: [{ key: 'k', version }] },
  { type: 'compare', roots: new Map([[range, tree.root()]]) },
  { type: 'list', leaves: new Map([[range, [0, 255]]]), after: 'k' },
  { type: 'fetch', keys: ['a', 'b'] },
  { type: 'ask' },
  { type: 'gone', keys: ['k'] },
  { type: 'scan', scope: { prefix: '', include: 'all', limit: 10, values: 'without' }, after: 'k' },
  { type: 'coordinate', wish: { op: 'restore', key: 'k', record, copies: 'all' } },
  {
    type: 'coordinate',
    wish: { op: 'put', key: 'k', value: Buffer.of(1), options: { ttl: 5, cas: '0' }, copies: 'all' },
  },
  { type: 'follow', place: { index: 12, version: versionText(version) }, prefixes: ['', 'a/'], waitMs: 10_000 },
  { type: 'follow', prefixes: [], waitMs: 0 },
  { type: 'coordinate', wish: { op: 'get', key: 'k', copies: 1 } },
  { type: 'coordinate', wish: { op: 'delete', key: 'k', cas: versionText(version), copies: 'majority' } },
];

const times = { version: versionText(version), created: 1, modified: 2, expires: null };
const ANSWERS: readonly Answer[] = [
  { type: 'done' },
  { type: 'kept', refused: new Map() },
  {
    type: 'kept',
    refused: new Map([
      [0, { type: 'quota' }],
      [3, { type: 'superseded', version }],
    ]),
  },
  { type: 'holding', holding: { version, record, trust: 'whole' } },
  { type: 'holding', holding: { version: undefined, trust: 'filling' } },
  { type: 'wanted', places: [0, 3] },
  { type: 'differs', leaves: new Map([[range, tree.leaves]]) },
  { type: 'pairs', pairs: [{ key: 'k', version }], next: 'k' },
  { type: 'records', records: [{ key: 'k', record }] },
  { type: 'outcome', outcome: { op: 'get', entry: { key: 'k', ...times, value: Buffer.of(9) }, acked: 2, total: 3 } },
  { type: 'outcome', outcome: { op: 'get', entry: undefined, acked: 1, total: 1 } },
  { type: 'outcome', outcome: { op: 'restore', came: 'superseded' } },
  { type: 'scanned', records: [{ key: 'k', record }], next: 'k' },
  { type: 'outcome', outcome: { op: 'put', written: { key: 'k', ...times }, acked: 2, total: 3 } },
  { type: 'outcome', outcome: { op: 'delete', deleted: { key: 'k', version: null, existed: false } } },
  { type: 'refused', refusal: { type: 'view', views: [IDS] } },
  { type: 'refused', refusal: { type: 'superseded', version } },
  {
    ...{ type: 'followed', place: { index: 0, version: '' }, isGone: true },
    changes: [{ op: 'expire', key: 'k', version: versionText(version), expires: 5 }],
  },
  { type: 'refused', refusal: { type: 'clock_skew' } },
  { type: 'refused', refusal: { type: 'failed', code: 'cas_failed', message: 'no', details: { current: null } } },
];

const asked = (question: Question) => ({ clock: version.stamp, views: ['499e58822826b964'], question });
const answered = (answer: Answer) => ({
  clock: version.stamp,
  wall: 1_700_000_000_000.5,
  view: '499e58822826b964',
  ready: '',
  answer,
});

/** Bytes are bytes, whatever class they are of. */
const plain = (message: unknown): unknown =>
  JSON.parse(
    JSON.stringify(message, (_, value: unknown) => {
      if (value instanceof Map) return [...value];
      if (value instanceof BigUint64Array) return [...value].map(String);
      return typeof value === 'bigint' ? `${value}` : bytesAsHex(value);
    }),
  );

function bytesAsHex(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  const isBuffer =
    typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value;
  return isBuffer ? Buffer.from(value.data as number[]).toString('hex') : value;
}

describe('what is sent is what arrives', () => {
  test.each(QUESTIONS)('$type', (question) => {
    expect(plain(decodeEnvelope(encodeEnvelope(asked(question))))).toEqual(plain(asked(question)));
  });

  test.each(ANSWERS)('$type', (answer) => {
    expect(plain(decodeReply(encodeReply(answered(answer))))).toEqual(plain(answered(answer)));
  });
});

const byte = (value: number): Buffer => Buffer.of(value);
const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const sized = (bytes: Uint8Array | string): Buffer =>
  Buffer.concat([number(Buffer.from(bytes).length), Buffer.from(bytes)]);
/** Format, clock and no views: what a question begins with. */
const HEAD = Buffer.concat([byte(1), Buffer.alloc(8), number(0)]);
const [WRITE, READ, LIST, SCAN, ASK] = [0, 1, 7, 10, 11];
const AN_ENVELOPE = Buffer.from(encodeEnvelope(asked({ type: 'ask' })));
const A_REPLY = Buffer.from(encodeReply(answered({ type: 'done' })));

/** A reply whose time is that. */
function replyAt(wall: number): Buffer {
  const bytes = Buffer.from(A_REPLY);
  bytes.writeDoubleBE(wall, 9);
  return bytes;
}

test('messages of any length arrive, wherever their parts begin', () => {
  const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
  const tag = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const pair = fc.record({ key, version: fc.record({ stamp: fc.bigInt(0n, 2n ** 64n - 1n), tag }) });
  const property = fc.property(fc.array(pair, { maxLength: 200 }), fc.option(key), (pairs, next) => {
    const answer: Answer = { type: 'pairs', pairs, next: next ?? undefined };
    expect(plain(decodeReply(encodeReply(answered(answer))))).toEqual(plain(answered(answer)));
  });
  fc.assert(property, { numRuns: 200 });
});

describe('what makes no sense', () => {
  test('what these cases are made of does', () => {
    expect(decodeEnvelope(Buffer.concat([HEAD, byte(ASK)]))).toMatchObject({ question: { type: 'ask' } });
    expect(decodeEnvelope(Buffer.concat([HEAD, byte(READ), sized('k'), byte(0)]))).toMatchObject({
      question: { type: 'read', key: 'k' },
    });
    expect(decodeReply(replyAt(5))).toMatchObject({ wall: 5 });
  });

  test.each([
    ['nothing', Buffer.of()],
    ['another format', Buffer.concat([byte(2), AN_ENVELOPE.subarray(1)])],
    ['more than there should be', Buffer.concat([AN_ENVELOPE, byte(0)])],
    ['less than there should be', AN_ENVELOPE.subarray(0, -1)],
    ['an unknown question', Buffer.concat([HEAD, byte(99)])],
    ['a record whose sum is wrong', Buffer.concat([HEAD, byte(WRITE), sized('k'), sized(Buffer.alloc(60, 1))])],
    ['a key that is no UTF-8', Buffer.concat([HEAD, byte(READ), sized(Buffer.of(0xff)), byte(0)])],
    ['an empty key', Buffer.concat([HEAD, byte(READ), sized(''), byte(0)])],
    ['a key that is too long', Buffer.concat([HEAD, byte(READ), sized('k'.repeat(1_025)), byte(0)])],
    ['a text that is longer than all of it', Buffer.concat([HEAD, byte(READ), number(1_000), byte(0)])],
    ['neither there nor not', Buffer.concat([HEAD, byte(READ), sized('k'), byte(2)])],
    ['more views than there may be', Buffer.concat([byte(1), Buffer.alloc(8), number(17)])],
    [
      'more leaves than a tree has',
      Buffer.concat([HEAD, byte(LIST), number(1), sized('r'), sized(Buffer.alloc(257)), byte(0)]),
    ],
    ['a page of nothing', Buffer.concat([HEAD, byte(SCAN), sized(''), byte(0), number(0), byte(0), byte(0)])],
  ])('%s is not read', (_, bytes) => {
    expect(decodeEnvelope(bytes)).toBeUndefined();
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('a time of %d is not read', (wall) => {
    expect(decodeReply(replyAt(wall))).toBeUndefined();
  });

  test.each([
    ['not JSON', '{'],
    ['not a map', '[]'],
  ])('details of a failure that are %s are not read', (_, json) => {
    const refusal = { type: 'failed', code: 'x', message: '', details: { a: 1 } } as const;
    const bytes = Buffer.from(encodeReply(answered({ type: 'refused', refusal })));
    const before = JSON.stringify(refusal.details).length + 4;
    expect(decodeReply(bytes)).toMatchObject({ answer: { refusal } });
    expect(decodeReply(Buffer.concat([bytes.subarray(0, -before), sized(json)]))).toBeUndefined();
  });

  test('what claims to be long costs no memory', () => {
    const claims = Buffer.concat([HEAD, byte(5), number(10_000), byte(0)]);
    expect(decodeEnvelope(claims)).toBeUndefined();
  });

  test('no change of bytes makes it throw', () => {
    const sent = fc.constantFrom(...QUESTIONS).map((question) => Buffer.from(encodeEnvelope(asked(question))));
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sent, changes, (bytes, changed) => {
        for (const [place, byte] of changed) bytes[place % bytes.length] = byte;
        decodeEnvelope(bytes);
        decodeReply(bytes);
      }),
      { numRuns: 3_000 },
    );
  });

  test('texts that are no versions are none', () => {
    expect(parseVersion(versionText(version))).toEqual({ ...version, tag: Buffer.from(version.tag) });
    for (const text of ['', 'x', `${versionText(version)}0`]) expect(parseVersion(text)).toBeUndefined();
  });
});

test('a version that is remembered does not keep the whole frame in memory', () => {
  const frame = encodeEnvelope(asked({ type: 'prepare', key: 'k'.repeat(400), version }));
  const question = decodeEnvelope(frame)?.question;
  expect(question?.type === 'prepare' && question.version.tag.buffer.byteLength).toBe(version.tag.length);
});
