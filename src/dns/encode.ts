import { type Header, Packet } from 'dns2';
import { bareReply } from './bare-reply.ts';
import type { Edns, Question } from './query.ts';
import {
  type AddressRecord,
  type AnswerRecord,
  addressRecords,
  recordBlock,
  type ServiceRecord,
  sizeOf,
  TARGET_AT,
  TYPE,
} from './records.ts';
import { type Authority, RCODE, type Reply } from './reply.ts';

/** Bytes of an OPT record without options. */
export const OPT_SIZE = 11;
const HEADER = 12;
const ANSWER_COUNT = 6;
const ADDITIONAL_COUNT = 10;
/** What a pointer can point at. */
const POINTABLE = 0x4000;

const { IN } = Packet.CLASS;

/** The bytes of a reply; the question goes back as it came. */
export function encodeReply(reply: Reply): Buffer {
  const { question, answers = [] } = reply;
  const blocks = answers.filter(isBlock);
  const frame =
    blocks.length === answers.length ? bareReply(reply) : libraryReply(reply, new Set<AnswerRecord>(blocks));
  return blocks.length > 0 && question ? withBlocks(frame, HEADER + question.bytes.length, blocks, reply) : frame;
}

/** Encoded by the library, but for these records. */
function libraryReply(reply: Reply, without: ReadonlySet<AnswerRecord>): Buffer {
  const { question, answers = [] } = reply;
  const packet = new Packet(headerOf(reply));
  const name = question ? libraryName(question) : '';
  if (question) packet.questions = [new Packet.Question(name, question.type, question.class)];
  packet.answers = answers.filter((record) => !without.has(record)).map((record) => resource(name, record, reply));
  packet.additionals = [
    ...(reply.glue ?? []).map((record) => resource(`ns.${reply.authority?.domain ?? ''}`, record, reply)),
    ...(reply.edns ? [optRecord(reply.edns, reply.maxUdp)] : []),
  ];
  const bytes = packet.toBuffer();
  if (question) bytes.set(question.bytes, HEADER);
  return bytes;
}

function headerOf({ head, rcode, isAuthoritative = false, isTruncated = false }: Reply): Header {
  // The library's types do not know every bit that it writes.
  const bits = { ...head, qr: 1, aa: isAuthoritative ? 1 : 0, tc: isTruncated ? 1 : 0, rcode: RCODE[rcode] } as const;
  return new Packet.Header(bits as object);
}

/** A name of the same shape, in the library's form: its own labels must not contain dots. */
function libraryName(question: Question): string {
  const labels: string[] = [];
  let at = 0;
  for (let length = question.bytes[at] ?? 0; length > 0; length = question.bytes[at] ?? 0) {
    labels.push(question.bytes.toString('latin1', at + 1, at + 1 + length).replaceAll('.', '-'));
    at += 1 + length;
  }
  return labels.join('.');
}

type Resource = Packet['answers'][number];

/** The library's types ask for methods that it does not use on what it encodes. */
const asResource = (fields: Readonly<Record<string, unknown>>): Resource => fields as unknown as Resource;

function resource(name: string, record: AnswerRecord, { authority }: Reply): Resource {
  const common = { name, type: record.type, class: IN, ttl: authority?.ttl ?? 0 };
  switch (record.type) {
    case TYPE.TXT:
      return asResource({ ...common, data: record.text });
    case TYPE.PTR:
      return asResource({ ...common, domain: record.name });
    case TYPE.NS:
      return asResource({ ...common, ns: `ns.${authority?.domain ?? ''}` });
    case TYPE.SOA:
      return authority ? soa(authority) : asResource(common);
    default:
      return asResource({ ...common, address: record.address });
  }
}

const soa = ({ domain, serial, negativeTtl }: Authority): Resource =>
  asResource({
    name: domain,
    type: TYPE.SOA,
    class: IN,
    ttl: negativeTtl,
    primary: `ns.${domain}`,
    admin: `hostmaster.${domain}`,
    serial,
    refresh: 3600,
    retry: 600,
    expiration: 86_400,
    minimum: negativeTtl,
  });

const optRecord = ({ isDnssecOk }: Edns, maxUdp: number): Resource =>
  asResource({
    name: '',
    type: Packet.TYPE.EDNS,
    class: maxUdp,
    ttl: isDnssecOk ? 0x8000 : 0,
    version: 0,
    doFlag: isDnssecOk,
    rdata: [],
  });

const isBlock = (record: AnswerRecord): record is AddressRecord | ServiceRecord =>
  record.type === TYPE.A || record.type === TYPE.AAAA || record.type === TYPE.SRV;

/** Puts records behind the question, and what they point at before the OPT record. Nothing behind them is pointed at, so it may move. */
function withBlocks(
  bytes: Buffer,
  at: number,
  records: readonly (AddressRecord | ServiceRecord)[],
  reply: Reply,
): Buffer {
  const ttl = reply.authority?.ttl ?? 0;
  const blocks = records.map((record) => recordBlock(record, ttl));
  const size = bytes.length + blocks.reduce((sum, block) => sum + block.length, 0);
  const glue = glueBlocks(records, { at, room: reply.limit - size, ttl });
  const end = bytes.length - (reply.edns ? OPT_SIZE : 0);
  const whole = Buffer.concat([
    bytes.subarray(0, at),
    ...blocks,
    bytes.subarray(at, end),
    ...glue,
    bytes.subarray(end),
  ]);
  whole.writeUInt16BE(reply.answers?.length ?? 0, ANSWER_COUNT);
  whole.writeUInt16BE(whole.readUInt16BE(ADDITIONAL_COUNT) + glue.length, ADDITIONAL_COUNT);
  return whole;
}

/** An address record for each target, as many as there is room for. */
function glueBlocks(
  records: readonly (AddressRecord | ServiceRecord)[],
  place: { readonly at: number; readonly room: number; readonly ttl: number },
): Buffer[] {
  const seen = new Set<string>();
  const glue: Buffer[] = [];
  let { at, room } = place;
  for (const record of records) {
    const owner = at + TARGET_AT;
    at += sizeOf(record);
    if (record.type !== TYPE.SRV || seen.has(record.target) || owner >= POINTABLE) continue;
    seen.add(record.target);
    const [address] = [...addressRecords([record.address], TYPE.A), ...addressRecords([record.address], TYPE.AAAA)];
    if (!address || sizeOf(address) > room) continue;
    room -= sizeOf(address);
    glue.push(recordBlock(address, place.ttl, owner));
  }
  return glue;
}
