import type { Random } from '../base/random.ts';
import { bareReply } from './bare-reply.ts';
import { encodeReply, OPT_SIZE } from './encode.ts';
import { type Entry, lookUp } from './lookup.ts';
import type { NameIndex } from './name-index.ts';
import { domainLabels, type Located, locate } from './place.ts';
import { type Prepared, RawAnswer, RingAnswer, type Serial, WholeAnswer } from './prepared.ts';
import { type BadReason, type Edns, type Head, type Question, type Received, receive } from './query.ts';
import {
  type AddressRecord,
  type AnswerRecord,
  addressRecords,
  recordBlock,
  sizeOf,
  TYPE,
  textRecords,
} from './records.ts';
import type { Rcode, Reply } from './reply.ts';
import type { AnswerSettings } from './settings.ts';

/** What answers are made from. */
export interface ZoneData {
  readonly index: NameIndex;
  readonly settings: AnswerSettings;
  readonly serial: Serial;
  readonly random: Random;
}

export type Transport = 'udp' | 'tcp';

/** What becomes of a packet: an answer, or nothing. */
export type Outcome =
  | {
      readonly kind: 'answer';
      readonly prepared: Prepared;
      readonly rcode: Rcode;
      readonly type: number;
      readonly isTruncated: boolean;
      readonly bad?: BadReason;
      /** It is right for everybody who asks the same until something of one of these names changes; missing: for this query only. */
      readonly keys?: readonly string[] | undefined;
      /** The name is not ours; others may know it. */
      readonly isForeign?: boolean;
    }
  | { readonly kind: 'dropped'; readonly bad: BadReason };

type Answered = Extract<Outcome, { readonly kind: 'answer' }>;

/** A sound query. */
export type Query = Extract<Received, { readonly kind: 'query' }>;

const CLASSES: ReadonlySet<number> = new Set([1, 255]);
/** Zone transfers, mail boxes of old, keys and signatures of transactions. */
const NOT_DONE: ReadonlySet<number> = new Set([249, 250, 251, 252, 253, 254]);
const HEADER = 12;
const ANSWER_COUNT = 6;
const PLAIN_UDP = 512;
const MAX_TCP = 65_535;
const MAX_VARIANTS = 16;
const MAX_VARIANT_BYTES = 1 << 18;
/** From the end of an SOA record back to its serial. */
const SERIAL_BACK = 20;
/** Bytes of a COOKIE option. */
const COOKIE_SIZE = 20;

/** Answers one packet, whatever is in it. Nothing is looked up beyond the membership. */
export function answerQuery(packet: Buffer, zone: ZoneData, transport: Transport): Outcome {
  const received = receive(packet);
  if (received.kind === 'query') return answerSound(received, zone, transport);
  const { reason, answer: rcode, head, question } = received;
  if (!rcode || !head) return { kind: 'dropped', bad: reason };
  return { ...plain({ head, rcode, question }, zone), bad: reason };
}

/** The answer to somebody who may not ask. */
export function refuse(packet: Buffer, zone: ZoneData): Outcome {
  const received = receive(packet);
  if (received.kind !== 'query') return { kind: 'dropped', bad: received.reason };
  const { head, question } = received;
  return plain({ head, question, rcode: 'REFUSED' }, zone);
}

/** An answer that tells to come back by TCP. */
export function truncate(packet: Buffer, zone: ZoneData): Outcome {
  const received = receive(packet);
  if (received.kind !== 'query') return { kind: 'dropped', bad: received.reason };
  const { head, question } = received;
  return plain({ head, question, rcode: 'NOERROR', isTruncated: true }, zone);
}

/** A sound query, answered. */
export function answerSound(query: Query, zone: ZoneData, transport: Transport): Answered {
  const { question, edns, head } = query;
  const located = locate(question.labels, zone.settings.domains.map(domainLabels));
  const rcode = refusalOf(question, edns, located);
  if (located && !rcode) return answerPlace(query, located, zone, transport);
  return plain({ head, question, edns, rcode: rcode ?? 'REFUSED', isForeign: !located && rcode === 'REFUSED' }, zone);
}

// Objects on the way of every query are written out: with spread ones it took twice as long, and left memory that is collected late.

/** What there is at a place of ours. */
function answerPlace(query: Query, located: Located, zone: ZoneData, transport: Transport): Answered {
  const { question, edns } = query;
  const domain = located.domain.join('.');
  const { entry, keys: of } = lookUp(located.place, { index: zone.index, settings: zone.settings, domain });
  const isReverse = located.place.kind === 'reverse';
  const isAuthoritative = !isReverse || (entry?.pointers.length ?? 0) > 0;
  const asked = { query, domain, transport, isAuthoritative, zone, keys: isCommon(edns) ? of : undefined };
  const records = entry ? askedOf(recordSets(located, entry), question.type, transport) : [];
  if (records.length > 0) return positive(records, asked);
  const rcode = entry ? 'NOERROR' : 'NXDOMAIN';
  const negative = encodeReply(replyTo(asked, { rcode, isNegative: !isReverse }));
  const prepared = whole([negative], isReverse ? 0 : serialAt(negative, edns), asked);
  const isForeign = isReverse && !entry;
  return { kind: 'answer', prepared, rcode, type: question.type, isTruncated: false, keys: asked.keys, isForeign };
}

/** Cookies are everybody's own. */
const isCommon = (edns: Edns | undefined): boolean => edns?.cookie === undefined;

/** A sound query for a name of ours. */
interface Asked {
  readonly query: Query;
  readonly domain: string;
  readonly transport: Transport;
  readonly isAuthoritative: boolean;
  readonly zone: ZoneData;
  readonly keys: readonly string[] | undefined;
}

type Content = Pick<Reply, 'rcode' | 'isNegative' | 'isTruncated' | 'answers' | 'glue'>;

function replyTo({ query, domain, transport, isAuthoritative, zone }: Asked, content: Content): Reply {
  const { head, question, edns } = query;
  const { ttl, negativeTtl, maxUdp } = zone.settings;
  const { rcode, isNegative = false, isTruncated = false, answers = [], glue = [] } = content;
  const authority = { domain, ttl, negativeTtl, serial: zone.serial.value };
  const limit = limitOf(edns, transport, maxUdp);
  return {
    head,
    rcode,
    isAuthoritative,
    isTruncated,
    question,
    answers,
    glue,
    isNegative,
    authority,
    edns,
    maxUdp,
    limit,
  };
}

interface Fixed {
  readonly head: Head;
  readonly rcode: Rcode;
  readonly question: Question | undefined;
  readonly edns?: Edns | undefined;
  readonly isTruncated?: boolean;
  readonly isForeign?: boolean;
}

function plain(fixed: Fixed, { settings: { maxUdp } }: ZoneData): Answered {
  const { head, rcode, question, edns, isTruncated = false, isForeign = false } = fixed;
  const prepared = new RawAnswer(encodeReply({ head, rcode, question, edns, isTruncated, maxUdp, limit: maxUdp }));
  return { kind: 'answer', prepared, rcode, type: question?.type ?? 0, isTruncated, isForeign };
}

function refusalOf(question: Question, edns: Edns | undefined, located: Located | undefined): Rcode | undefined {
  if (edns && edns.version > 0) return 'BADVERS';
  if (!CLASSES.has(question.class)) return 'REFUSED';
  if (NOT_DONE.has(question.type)) return 'NOTIMP';
  return located ? undefined : 'REFUSED';
}

const limitOf = (edns: Edns | undefined, transport: Transport, maxUdp: number): number =>
  (transport === 'tcp' ? MAX_TCP : Math.min(Math.max(edns?.size ?? 0, PLAIN_UDP), maxUdp)) -
  (edns?.cookie ? COOKIE_SIZE : 0);

type Sets = readonly (readonly AnswerRecord[])[];

/** The records of a name by type, in the order in which ANY prefers them. */
function recordSets({ place }: Located, { addresses, services, texts, pointers }: Entry): Sets {
  if (place.kind === 'apex') return [[{ type: TYPE.SOA }], [{ type: TYPE.NS }]];
  return [
    addressRecords(addresses, TYPE.A),
    addressRecords(addresses, TYPE.AAAA),
    services,
    textRecords(texts),
    pointers.map((name) => ({ type: TYPE.PTR, name })),
  ];
}

/** ANY gives one set over UDP, so that it amplifies nothing, and all of them over TCP. */
function askedOf(sets: Sets, type: number, transport: Transport): readonly AnswerRecord[] {
  if (type !== TYPE.ANY) return sets.flat().filter((record) => record.type === type);
  return transport === 'tcp' ? sets.flat() : (sets.find((set) => set.length > 0) ?? []);
}

/** The answer of these records, as many as may be sent; which are left out is chance. */
function positive(records: readonly AnswerRecord[], asked: Asked): Answered {
  const { keys, query, zone } = asked;
  const { maxAnswers } = zone.settings;
  const [first] = records;
  const isOneKind = records.every(({ type }) => type === first?.type);
  const wanted = maxAnswers > 0 && isOneKind && isTurned(first) ? maxAnswers : records.length;
  const fit = fitting(records, asked);
  const kept = Math.min(fit, wanted);
  const isTruncated = fit < Math.min(records.length, wanted);
  const addresses = records.filter(isAddress);
  const isRing = addresses.length === records.length && isOneKind;
  const listing = { kept, isTruncated, isOneKind };
  const prepared = isRing ? ring(addresses, listing, asked) : listed(records, listing, asked);
  return { kind: 'answer', prepared, rcode: 'NOERROR', type: query.question.type, isTruncated, keys };
}

interface Listing {
  readonly kept: number;
  readonly isTruncated: boolean;
  readonly isOneKind: boolean;
}

function listed(records: readonly AnswerRecord[], { kept, isTruncated, isOneKind }: Listing, asked: Asked): Prepared {
  const { query, zone } = asked;
  const [first] = records;
  const glue = records.some(({ type }) => type === TYPE.NS) ? addressesOf([zone.index.self.address]) : [];
  const orders = isOneKind && isTurned(first) ? turns(records, kept, zone.random) : [records.slice(0, kept)];
  const [one = Buffer.alloc(0), ...others] = orders.map((answers) =>
    encodeReply(replyTo(asked, { rcode: 'NOERROR', isTruncated, answers, glue })),
  );
  return whole([one, ...others], isOneKind && first?.type === TYPE.SOA ? serialAt(one, query.edns) : 0, asked);
}

const isAddress = (record: AnswerRecord): record is AddressRecord =>
  record.type === TYPE.A || record.type === TYPE.AAAA;

/** Addresses and services come in changing order, so that clients spread over them. */
const isTurned = (record: AnswerRecord | undefined): boolean =>
  record !== undefined && (isAddress(record) || record.type === TYPE.SRV);

const addressesOf = (addresses: readonly string[]): AddressRecord[] => [
  ...addressRecords(addresses, TYPE.A),
  ...addressRecords(addresses, TYPE.AAAA),
];

/** How many of the first records may be sent. */
function fitting(records: readonly AnswerRecord[], { query: { question, edns }, transport, zone }: Asked): number {
  let room = limitOf(edns, transport, zone.settings.maxUdp) - HEADER - question.bytes.length - (edns ? OPT_SIZE : 0);
  const end = records.findIndex((record) => {
    room -= sizeOf(record);
    return room < 0;
  });
  return end < 0 ? records.length : end;
}

function ring(records: readonly AddressRecord[], { kept, isTruncated }: Listing, asked: Asked): Prepared {
  const { query, zone } = asked;
  const frame = bareReply(replyTo(asked, { rcode: 'NOERROR', isTruncated }));
  const from = HEADER + query.question.bytes.length;
  const head = Buffer.from(frame.subarray(0, from));
  head.writeUInt16BE(kept, ANSWER_COUNT);
  const blocks = records.map((record) => recordBlock(record, zone.settings.ttl));
  const all = { records: Buffer.concat(blocks), stride: blocks[0]?.length ?? 1, kept };
  return new RingAnswer({ head, ...all, tail: Buffer.from(frame.subarray(from)), random: zone.random });
}

/** The records from several places on, each as good as the others. */
function turns(records: readonly AnswerRecord[], kept: number, random: () => number): (readonly AnswerRecord[])[] {
  const count = Math.max(1, Math.min(MAX_VARIANTS, records.length, Math.floor(MAX_VARIANT_BYTES / (kept * 64 + 1))));
  const offset = Math.floor(random() * records.length);
  return Array.from({ length: count }, (_, turn) => {
    const start = (offset + Math.floor((turn * records.length) / count)) % records.length;
    return [...records.slice(start), ...records.slice(0, start)].slice(0, kept);
  });
}

const serialAt = (bytes: Buffer, edns: Edns | undefined): number => bytes.length - (edns ? OPT_SIZE : 0) - SERIAL_BACK;

const whole = (variants: readonly [Buffer, ...Buffer[]], at: number, { query, zone }: Asked): WholeAnswer =>
  new WholeAnswer({
    variants,
    questionEnd: HEADER + query.question.bytes.length,
    serialAt: at,
    serial: zone.serial,
  });
