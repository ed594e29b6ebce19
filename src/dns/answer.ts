import type { Random } from '../base/random.ts';
import { bareReply } from './bare-reply.ts';
import { encodeReply, OPT_SIZE } from './encode.ts';
import { type Entry, lookUp } from './lookup.ts';
import type { NameIndex } from './name-index.ts';
import { domainLabels, type Located, locate } from './place.ts';
import { type Prepared, RawAnswer, RingAnswer, type Serial, WholeAnswer } from './prepared.ts';
import { type BadReason, type Edns, type Question, type Received, receive } from './query.ts';
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
      readonly keys?: readonly string[];
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
  return { ...plain({ head, rcode, ...(question && { question }) }, zone), type: question?.type ?? 0, bad: reason };
}

/** The answer to somebody who may not ask. */
export function refuse(packet: Buffer, zone: ZoneData): Outcome {
  const received = receive(packet);
  if (received.kind !== 'query') return { kind: 'dropped', bad: received.reason };
  const { head, question } = received;
  return { ...plain({ head, question, rcode: 'REFUSED' }, zone), type: question.type };
}

/** An answer that tells to come back by TCP. */
export function truncate(packet: Buffer, zone: ZoneData): Outcome {
  const received = receive(packet);
  if (received.kind !== 'query') return { kind: 'dropped', bad: received.reason };
  const { head, question } = received;
  return { ...plain({ head, question, rcode: 'NOERROR', isTruncated: true }, zone), type: question.type };
}

/** A sound query, answered. */
export function answerSound(query: Query, zone: ZoneData, transport: Transport): Answered {
  const { question, edns, head } = query;
  const located = locate(question.labels, zone.settings.domains.map(domainLabels));
  const rcode = refusalOf(question, edns, located);
  if (rcode || !located) {
    const refused = plain({ head, question, edns, rcode: rcode ?? 'REFUSED' }, zone);
    return { ...refused, type: question.type, ...(!located && rcode === 'REFUSED' && { isForeign: true }) };
  }
  const domain = located.domain.join('.');
  const { entry, keys } = lookUp(located.place, { index: zone.index, settings: zone.settings, domain });
  const isReverse = located.place.kind === 'reverse';
  const isOurs = !isReverse || (entry?.pointers.length ?? 0) > 0;
  const { ttl, negativeTtl, maxUdp } = zone.settings;
  const reply = {
    ...{ head, question, edns, maxUdp, limit: limitOf(edns, transport, maxUdp) },
    ...{ authority: { domain, ttl, negativeTtl, serial: zone.serial.value }, isAuthoritative: isOurs },
  };
  const common = { kind: 'answer', type: question.type, isTruncated: false, ...(isCommon(edns) && { keys }) } as const;
  const records = entry ? askedOf(recordSets(located, entry), question.type, transport) : [];
  const code = entry ? 'NOERROR' : 'NXDOMAIN';
  if (records.length > 0) return { ...common, ...positive(records, { ...reply, rcode: code }, zone) };
  const negative = encodeReply({ ...reply, rcode: code, isNegative: !isReverse });
  const prepared = whole([negative], { ...reply, serialAt: isReverse ? 0 : serialAt(negative, edns) }, zone);
  const isForeign = isReverse && !entry;
  return { ...common, rcode: code, prepared, ...(isForeign && { isForeign }) };
}

/** Cookies are everybody's own. */
const isCommon = (edns: Edns | undefined): boolean => edns?.cookie === undefined;

type Fixed = Pick<Reply, 'head' | 'rcode' | 'question' | 'edns' | 'isTruncated'>;

function plain(reply: Fixed, { settings: { maxUdp } }: ZoneData): Omit<Answered, 'type'> {
  const prepared = new RawAnswer(encodeReply({ ...reply, maxUdp, limit: maxUdp }));
  return { kind: 'answer', prepared, rcode: reply.rcode, isTruncated: reply.isTruncated ?? false };
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

type Asked = Reply & { readonly question: Question };
type Positive = Pick<Answered, 'prepared' | 'rcode' | 'isTruncated'>;

/** The answer of these records, as many as may be sent; which are left out is chance. */
function positive(records: readonly AnswerRecord[], asked: Asked, zone: ZoneData): Positive {
  const { maxAnswers } = zone.settings;
  const [first] = records;
  const isOneKind = records.every(({ type }) => type === first?.type);
  const wanted = maxAnswers > 0 && isOneKind && isTurned(first) ? maxAnswers : records.length;
  const fit = fitting(records, asked);
  const kept = Math.min(fit, wanted);
  const isTruncated = fit < Math.min(records.length, wanted);
  const reply = { ...asked, rcode: 'NOERROR', isTruncated } as const;
  const addresses = records.filter(isAddress);
  if (addresses.length === records.length && isOneKind)
    return { rcode: 'NOERROR', isTruncated, prepared: ring(addresses, kept, reply, zone) };
  const glue = records.some(({ type }) => type === TYPE.NS) ? addressesOf([zone.index.self.address]) : [];
  const orders = isOneKind && isTurned(first) ? turns(records, kept, zone.random) : [records.slice(0, kept)];
  const [one = Buffer.alloc(0), ...others] = orders.map((answers) => encodeReply({ ...reply, answers, glue }));
  const isSoa = isOneKind && first?.type === TYPE.SOA;
  const prepared = whole([one, ...others], { ...reply, serialAt: isSoa ? serialAt(one, reply.edns) : 0 }, zone);
  return { rcode: 'NOERROR', isTruncated, prepared };
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
function fitting(records: readonly AnswerRecord[], { question, edns, limit }: Asked): number {
  let room = limit - HEADER - question.bytes.length - (edns ? OPT_SIZE : 0);
  const end = records.findIndex((record) => {
    room -= sizeOf(record);
    return room < 0;
  });
  return end < 0 ? records.length : end;
}

function ring(records: readonly AddressRecord[], kept: number, reply: Asked, zone: ZoneData): Prepared {
  const frame = bareReply(reply);
  const from = HEADER + reply.question.bytes.length;
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

interface Shape {
  readonly question: Question;
  readonly serialAt: number;
}

const whole = (variants: readonly [Buffer, ...Buffer[]], { question, serialAt: at }: Shape, { serial }: ZoneData) =>
  new WholeAnswer({ variants, questionEnd: HEADER + question.bytes.length, serialAt: at, serial });
