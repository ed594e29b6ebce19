import type { Random } from '../base/random.ts';
import type { Membership } from '../model/member.ts';
import { lookUp } from './lookup.ts';
import { domainLabels, locate, type Place } from './place.ts';
import { type BadReason, type Edns, type Question, type Received, receive } from './query.ts';
import { type AnswerRecord, addressRecords, sizeOf, TYPE, textRecords } from './records.ts';
import { type Authority, encodeReply, MAX_UDP, type Rcode, type Reply } from './reply.ts';

/** What answers are made from. */
export interface ZoneData {
  readonly membership: Membership;
  /** With or without dots at the ends. */
  readonly domain: string;
  /** Seconds, of all records that exist. */
  readonly ttl: number;
  /** Seconds that the absence of a name or type may be remembered. */
  readonly negativeTtl: number;
  /** Seconds since 1970 of the last change of anything that answers are made from. */
  readonly serial: number;
  readonly random: Random;
}

export type Transport = 'udp' | 'tcp';

/** What becomes of a packet: bytes to send back, or nothing. */
export type Outcome =
  | {
      readonly kind: 'answer';
      readonly bytes: Buffer;
      readonly rcode: Rcode;
      readonly type: number;
      readonly isTruncated: boolean;
      readonly bad?: BadReason;
    }
  | { readonly kind: 'dropped'; readonly bad: BadReason };

type Query = Extract<Received, { readonly kind: 'query' }>;

const CLASSES: ReadonlySet<number> = new Set([1, 255]);
/** Zone transfers, mail boxes of old, keys and signatures of transactions. */
const NOT_DONE: ReadonlySet<number> = new Set([249, 250, 251, 252, 253, 254]);
const HEADER = 12;
const OPT_SIZE = 11;
const PLAIN_UDP = 512;
const MAX_TCP = 65_535;

/** Answers one packet, whatever is in it. Nothing is looked up beyond the membership. */
export function answerQuery(packet: Buffer, zone: ZoneData, transport: Transport): Outcome {
  const received = receive(packet);
  if (received.kind === 'query') return answerSound(received, zone, transport);
  const { reason, answer: rcode, head, question } = received;
  if (!rcode || !head) return { kind: 'dropped', bad: reason };
  const reply: Reply = { head, rcode, ...(question && { question }) };
  return { ...outcomeOf(reply, question?.type ?? 0), bad: reason };
}

function answerSound(query: Query, zone: ZoneData, transport: Transport): Outcome {
  const { question, edns } = query;
  const place = locate(question.labels, domainLabels(zone.domain));
  const refusal = refusalOf(question, edns, place);
  const { head } = query;
  if (refusal || !place) {
    return outcomeOf({ head, question, edns, rcode: refusal ?? 'REFUSED' }, question.type);
  }
  const authority = authorityOf(zone);
  const common = { head, question, edns, authority, isAuthoritative: true };
  const entry = lookUp(place, zone.membership);
  if (!entry) return outcomeOf({ ...common, rcode: 'NXDOMAIN', isNegative: true }, question.type);
  const sets = recordSets(place, entry);
  const asked = rotated(askedOf(sets, question.type, transport), zone.random);
  if (asked.length === 0) return outcomeOf({ ...common, rcode: 'NOERROR', isNegative: true }, question.type);
  const answers = fitting(asked, question, edns, transport);
  const glue = asked.some(({ type }) => type === TYPE.NS) ? addressesOf([zone.membership.self.address]) : [];
  const isTruncated = answers.length < asked.length;
  return outcomeOf({ ...common, rcode: 'NOERROR', answers, glue, isTruncated }, question.type);
}

function refusalOf(question: Question, edns: Edns | undefined, place: Place | undefined): Rcode | undefined {
  if (edns && edns.version > 0) return 'BADVERS';
  if (!CLASSES.has(question.class)) return 'REFUSED';
  if (NOT_DONE.has(question.type)) return 'NOTIMP';
  return place ? undefined : 'REFUSED';
}

const authorityOf = ({ domain, ttl, negativeTtl, serial }: ZoneData): Authority => ({
  domain: domainLabels(domain).join('.'),
  ttl,
  negativeTtl,
  serial,
});

const addressesOf = (addresses: readonly string[]): AnswerRecord[] => [
  ...addressRecords(addresses, TYPE.A),
  ...addressRecords(addresses, TYPE.AAAA),
];

type Sets = readonly (readonly AnswerRecord[])[];

/** The records of a name by type, in the order in which ANY prefers them. */
function recordSets(place: Place, entry: NonNullable<ReturnType<typeof lookUp>>): Sets {
  if (place.kind === 'apex') return [[{ type: TYPE.SOA }], [{ type: TYPE.NS }]];
  return [
    addressRecords(entry.addresses, TYPE.A),
    addressRecords(entry.addresses, TYPE.AAAA),
    textRecords(entry.texts),
  ];
}

/** ANY gives one set over UDP, so that it amplifies nothing, and all of them over TCP. */
function askedOf(sets: Sets, type: number, transport: Transport): readonly AnswerRecord[] {
  if (type !== TYPE.ANY) return sets.flat().filter((record) => record.type === type);
  return transport === 'tcp' ? sets.flat() : (sets.find((set) => set.length > 0) ?? []);
}

/** The same records from a random one on; other types than addresses keep their order. */
function rotated(records: readonly AnswerRecord[], random: Random): readonly AnswerRecord[] {
  const [first] = records;
  if (!first || records.some(({ type }) => type !== first.type) || first.type === TYPE.TXT) return records;
  const start = Math.floor(random() * records.length);
  return [...records.slice(start), ...records.slice(0, start)];
}

/** The first records, as many as may be sent. */
function fitting(
  records: readonly AnswerRecord[],
  question: Question,
  edns: Edns | undefined,
  transport: Transport,
): readonly AnswerRecord[] {
  const limit = transport === 'tcp' ? MAX_TCP : Math.min(Math.max(edns?.size ?? 0, PLAIN_UDP), MAX_UDP);
  let room = limit - HEADER - question.bytes.length - (edns ? OPT_SIZE : 0);
  const end = records.findIndex((record) => {
    room -= sizeOf(record);
    return room < 0;
  });
  return end < 0 ? records : records.slice(0, end);
}

const outcomeOf = (reply: Reply, type: number): Extract<Outcome, { readonly kind: 'answer' }> => ({
  kind: 'answer',
  bytes: encodeReply(reply),
  rcode: reply.rcode,
  type,
  isTruncated: reply.isTruncated ?? false,
});
