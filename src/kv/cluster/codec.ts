/** What nodes of the ring say to each other, as bytes: JSON, with records in base64 as they are on the disk. */
import { z } from 'zod';
import { MAX_KEY_BYTES } from '../key-rules.ts';
import { decodeRecord, encodeRecord, type KvRecord } from '../record.ts';
import { parseVersion, type Version, versionText } from '../version.ts';
import type { Envelope, Reply } from './messages.ts';

const LEAVES_BYTES = 2_048;
const MOST_ITEMS = 10_000;
const MOST_NODES = 10_000;

const base64 = z.string().max(16_777_216);
const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64');

const Stamp = z.codec(z.string().regex(/^[0-9a-f]{1,16}$/), z.bigint(), {
  decode: (hex) => BigInt(`0x${hex}`),
  encode: (stamp) => stamp.toString(16),
});
const Bytes = z.codec(base64, z.instanceof(Uint8Array), {
  decode: (text): Uint8Array<ArrayBuffer> => new Uint8Array(bytesOf(text)),
  encode: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
});
const VersionCodec = z.codec(z.string(), z.custom<Version>(), {
  decode: (text, { issues }) => parseVersion(text) ?? wrong(issues, text, 'a version'),
  encode: versionText,
});
const recordText = (record: KvRecord): string => Buffer.from(encodeRecord(record)).toString('base64');
const Record = z.codec(base64, z.custom<KvRecord>(), {
  decode: (text, { issues }) => decodeRecord(bytesOf(text)) ?? wrong(issues, text, 'a record'),
  encode: recordText,
});
const LeafHashes = z.codec(base64, z.instanceof(BigUint64Array), {
  decode: (text, { issues }) => leavesOf(bytesOf(text)) ?? wrong(issues, text, 'the leaves of a tree'),
  encode: (leaves) => Buffer.from(leaves.buffer, leaves.byteOffset, leaves.byteLength).toString('base64'),
});

const Key = z.string().min(1).max(MAX_KEY_BYTES);
const Range = z.string().max(500);
const Node = z.string().min(1).max(128);
const Nodes = z.array(Node).max(MOST_NODES);
const ViewId = z.string().max(16);
const Copies = z.union([z.enum(['majority', 'all']), z.int().min(1).max(3)]);
const Keyed = z.strictObject({ key: Key, record: Record });
const Pair = z.strictObject({ key: Key, version: VersionCodec });
const Maybe = VersionCodec.optional();
const many = <Item extends z.ZodType>(item: Item) => z.array(item).max(MOST_ITEMS);

/** A map, as pairs. */
const mapOf = <Value extends z.ZodType>(value: Value) =>
  z.codec(many(z.tuple([Range, value])), z.map(z.string(), z.any()), {
    decode: (pairs) => new Map(pairs as [string, never][]),
    encode: (map) => [...map] as never,
  });

const Put = {
  op: z.literal('put'),
  value: Bytes,
  options: z.strictObject({ ttl: z.int().optional(), cas: z.string().max(100).optional() }),
};
const Wish = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('get'), key: Key, copies: Copies }),
  z.strictObject({ ...Put, key: Key, copies: Copies }),
  z.strictObject({ op: z.literal('delete'), key: Key, cas: z.string().max(100).optional(), copies: Copies }),
  z.strictObject({ op: z.literal('restore'), key: Key, record: Record, copies: Copies }),
]);

const Scope = z.strictObject({
  prefix: z.string().max(MAX_KEY_BYTES),
  include: z.enum(['public', 'all']),
  limit: z.int().min(1).max(MOST_ITEMS),
  values: z.enum(['with', 'without']),
});

const Question = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('write'), key: Key, record: Record }),
  z.strictObject({ type: z.literal('read'), key: Key, have: Maybe }),
  z.strictObject({ type: z.literal('prepare'), key: Key, version: VersionCodec }),
  z.strictObject({ type: z.literal('accept'), key: Key, record: Record, expected: Maybe }),
  z.strictObject({ type: z.literal('merge'), records: many(Keyed) }),
  z.strictObject({ type: z.literal('offer'), pairs: many(Pair) }),
  z.strictObject({ type: z.literal('compare'), roots: mapOf(Stamp) }),
  z.strictObject({
    type: z.literal('list'),
    leaves: mapOf(z.array(z.int().min(0).max(255)).max(256)),
    after: Key.optional(),
  }),
  z.strictObject({ type: z.literal('fetch'), keys: many(Key) }),
  z.strictObject({ type: z.literal('gone'), keys: many(Key) }),
  z.strictObject({ type: z.literal('scan'), scope: Scope, after: Key.optional() }),
  z.strictObject({ type: z.literal('ask') }),
  z.strictObject({ type: z.literal('coordinate'), wish: Wish }),
]);

const Written = {
  key: Key,
  version: z.string(),
  created: z.number(),
  modified: z.number(),
  expires: z.number().nullable(),
};
const Outcome = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('get'),
    entry: z.strictObject({ ...Written, value: Bytes }).optional(),
    acked: z.int(),
    total: z.int(),
  }),
  z.strictObject({ op: z.literal('put'), written: z.strictObject(Written), acked: z.int(), total: z.int() }),
  z.strictObject({
    op: z.literal('delete'),
    deleted: z.strictObject({ key: Key, version: z.string().nullable(), existed: z.boolean() }),
  }),
  z.strictObject({ op: z.literal('restore'), came: z.enum(['stored', 'superseded']) }),
]);

const Refusal = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('view'), views: z.array(Nodes).max(8) }),
  z.strictObject({ type: z.literal('superseded'), version: VersionCodec }),
  z.strictObject({ type: z.enum(['conflict', 'clock_skew', 'initializing', 'disk_full', 'quota', 'store_failed']) }),
  z.strictObject({
    type: z.literal('failed'),
    code: z.string().max(50),
    message: z.string().max(2_000),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
]);

const Holding = z.strictObject({ version: Maybe, record: Record.optional(), trust: z.enum(['whole', 'filling']) });
const Answer = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('done') }),
  z.strictObject({ type: z.literal('holding'), holding: Holding }),
  z.strictObject({ type: z.literal('wanted'), places: many(z.int().min(0)) }),
  z.strictObject({ type: z.literal('differs'), leaves: mapOf(LeafHashes) }),
  z.strictObject({ type: z.literal('pairs'), pairs: many(Pair), next: Key.optional() }),
  z.strictObject({ type: z.literal('records'), records: many(Keyed) }),
  z.strictObject({ type: z.literal('scanned'), records: many(Keyed), next: Key.optional() }),
  z.strictObject({ type: z.literal('outcome'), outcome: Outcome }),
  z.strictObject({ type: z.literal('refused'), refusal: Refusal }),
]);

const EnvelopeCodec = z.strictObject({ clock: Stamp, views: z.array(ViewId).max(16), question: Question });
const ReplyCodec = z.strictObject({ clock: Stamp, wall: z.number(), view: ViewId, ready: ViewId, answer: Answer });

/** The bytes of a question on its way. */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  const { clock, views, question } = envelope;
  const plain = plainQuestion(question);
  return bytesFrom(
    plain ? { clock: clock.toString(16), views, question: plain } : z.encode(EnvelopeCodec, envelope as never),
  );
}

/** The question of such bytes; `undefined` when they are none. */
export const decodeEnvelope = (bytes: Uint8Array): Envelope | undefined =>
  read(EnvelopeCodec, bytes) as Envelope | undefined;

/** The bytes of an answer on its way. */
export function encodeReply(reply: Reply): Uint8Array {
  const { clock, wall, view, ready, answer } = reply;
  const plain = plainAnswer(answer);
  return bytesFrom(
    plain ? { clock: clock.toString(16), wall, view, ready, answer: plain } : z.encode(ReplyCodec, reply as never),
  );
}

/** The answer of such bytes; `undefined` when they are none. */
export const decodeReply = (bytes: Uint8Array): Reply | undefined => read(ReplyCodec, bytes) as Reply | undefined;

/** The questions of nearly every request, as JSON has them: what this node says itself needs no checks, which cost most of the time. */
function plainQuestion(question: Envelope['question']): object | undefined {
  switch (question.type) {
    case 'write':
      return { type: 'write', key: question.key, record: recordText(question.record) };
    case 'read':
      return { type: 'read', key: question.key, have: question.have && versionText(question.have) };
    default:
      return undefined;
  }
}

/** The same for answers. */
function plainAnswer(answer: Reply['answer']): object | undefined {
  switch (answer.type) {
    case 'done':
      return answer;
    case 'holding': {
      const { version, record, trust } = answer.holding;
      const holding = { version: version && versionText(version), record: record && recordText(record), trust };
      return { type: 'holding', holding };
    }
    default:
      return undefined;
  }
}

const bytesFrom = (json: unknown): Uint8Array => Buffer.from(JSON.stringify(json));

function read(schema: z.ZodType, bytes: Uint8Array): unknown {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(bytes).toString())).data;
  } catch {
    return undefined;
  }
}

function leavesOf(bytes: Buffer): BigUint64Array<ArrayBuffer> | undefined {
  if (bytes.length !== LEAVES_BYTES) return undefined;
  return new BigUint64Array(new Uint8Array(bytes).buffer);
}

function wrong(issues: z.core.$ZodRawIssue[], input: string, what: string): never {
  issues.push({ code: 'custom', message: `is not ${what}`, input });
  return z.NEVER;
}
