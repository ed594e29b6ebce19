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
  { type: 'coordinate', wish: { op: 'get', key: 'k', copies: 1 } },
  { type: 'coordinate', wish: { op: 'delete', key: 'k', cas: versionText(version), copies: 'majority' } },
];

const times = { version: versionText(version), created: 1, modified: 2, expires: null };
const ANSWERS: readonly Answer[] = [
  { type: 'done' },
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

describe('what makes no sense', () => {
  test.each([
    ['no JSON', '{'],
    ['another shape', '{"clock":"0","views":[],"question":{"type":"ask","more":1}}'],
    ['an unknown question', '{"clock":"0","views":[],"question":{"type":"erase"}}'],
    ['a clock of more than 64 bits', '{"clock":"11111111111111111","views":[],"question":{"type":"ask"}}'],
    [
      'a record whose sum is wrong',
      JSON.stringify({ clock: '0', views: [], question: { type: 'write', key: 'k', record: 'AQAB' } }),
    ],
    [
      'a version that is none',
      JSON.stringify({ clock: '0', views: [], question: { type: 'prepare', key: 'k', version: 'x' } }),
    ],
    [
      'a leaf that no tree has',
      JSON.stringify({ clock: '0', views: [], question: { type: 'list', leaves: [['r', [256]]] } }),
    ],
    ['an empty key', JSON.stringify({ clock: '0', views: [], question: { type: 'read', key: '' } })],
  ])('%s is not read', (_, text) => {
    expect(decodeEnvelope(Buffer.from(text))).toBeUndefined();
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
