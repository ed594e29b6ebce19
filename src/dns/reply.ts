import { type Header, Packet } from 'dns2';
import { ipBytes } from '../base/ip.ts';
import type { Edns, Head, Question } from './query.ts';
import { type AnswerRecord, TYPE } from './records.ts';

/** The response codes that are given. `BADVERS` is carried half by the OPT record. */
export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;

export type Rcode = keyof typeof RCODE;

/** What the SOA record and the name server of a domain say. */
export interface Authority {
  /** Without dots at either end. */
  readonly domain: string;
  readonly ttl: number;
  readonly negativeTtl: number;
  readonly serial: number;
}

/** A reply before it is bytes. Without a question it is a bare header. */
export interface Reply {
  readonly head: Head;
  readonly rcode: Rcode;
  readonly isAuthoritative?: boolean;
  readonly isTruncated?: boolean;
  readonly question?: Question;
  readonly answers?: readonly AnswerRecord[];
  /** Addresses of the domain's name server, beside its NS record. */
  readonly glue?: readonly AnswerRecord[];
  /** Put the SOA record into the authority section, as every negative answer must. */
  readonly isNegative?: boolean;
  readonly authority?: Authority;
  readonly edns?: Edns | undefined;
}

/** The largest datagram that we take, as the OPT record says it. */
export const MAX_UDP = 1232;

/** The library's time grows with the square of the number of records: beyond this, address records are written here. */
const LIBRARY_LIMIT = 16;
const HEADER = 12;

const { IN } = Packet.CLASS;

/** The bytes of a reply: encoded by the library, the question put back as it came. */
export function encodeReply(reply: Reply): Buffer {
  const { question, answers = [] } = reply;
  const isLarge = answers.length > LIBRARY_LIMIT;
  const packet = new Packet(headerOf(reply));
  const name = question ? libraryName(question) : '';
  if (question) packet.questions = [new Packet.Question(name, question.type, question.class)];
  packet.answers = (isLarge ? answers.filter((record) => !isAddress(record)) : answers).map((record) =>
    resource(name, record, reply),
  );
  packet.authorities = reply.isNegative && reply.authority ? [soa(reply.authority, reply.authority.negativeTtl)] : [];
  packet.additionals = [
    ...(reply.glue ?? []).map((record) => resource(`ns.${reply.authority?.domain ?? ''}`, record, reply)),
    ...(reply.edns ? [optRecord(reply.edns)] : []),
  ];
  const bytes = packet.toBuffer();
  if (question) bytes.set(question.bytes, HEADER);
  return isLarge && question ? withAddresses(bytes, HEADER + question.bytes.length, reply) : bytes;
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
    case TYPE.A:
    case TYPE.AAAA:
      return asResource({ ...common, address: record.address });
    case TYPE.TXT:
      return asResource({ ...common, data: record.text });
    case TYPE.NS:
      return asResource({ ...common, ns: `ns.${authority?.domain ?? ''}` });
    case TYPE.SOA:
      return authority ? soa(authority, authority.ttl) : asResource(common);
  }
}

const soa = ({ domain, serial, negativeTtl }: Authority, ttl: number): Resource =>
  asResource({
    name: domain,
    type: TYPE.SOA,
    class: IN,
    ttl,
    primary: `ns.${domain}`,
    admin: `hostmaster.${domain}`,
    serial,
    refresh: 3600,
    retry: 600,
    expiration: 86_400,
    minimum: negativeTtl,
  });

const optRecord = ({ isDnssecOk }: Edns): Resource =>
  asResource({
    name: '',
    type: Packet.TYPE.EDNS,
    class: MAX_UDP,
    ttl: isDnssecOk ? 0x8000 : 0,
    version: 0,
    doFlag: isDnssecOk,
    rdata: [],
  });

const isAddress = (record: AnswerRecord): record is Extract<AnswerRecord, { readonly address: string }> =>
  record.type === TYPE.A || record.type === TYPE.AAAA;

/** Puts address records behind the question. Nothing behind them is pointed at, so everything else may move. */
function withAddresses(bytes: Buffer, at: number, { answers = [], authority }: Reply): Buffer {
  const blocks = answers.filter(isAddress).map(({ type, address }) => addressBlock(type, address, authority?.ttl ?? 0));
  const reply = Buffer.concat([bytes.subarray(0, at), ...blocks, bytes.subarray(at)]);
  reply.writeUInt16BE(answers.length, 6);
  return reply;
}

/** One address record whose owner is a pointer to the question. */
function addressBlock(type: number, address: string, ttl: number): Buffer {
  const data = ipBytes(address) ?? new Uint8Array();
  const block = Buffer.alloc(HEADER + data.length);
  block.writeUInt16BE(0xc00c, 0);
  block.writeUInt16BE(type, 2);
  block.writeUInt16BE(IN, 4);
  block.writeUInt32BE(ttl, 6);
  block.writeUInt16BE(data.length, 10);
  block.set(data, HEADER);
  return block;
}
