import type { Edns, Question } from './query.ts';
import { TYPE } from './records.ts';
import { type Authority, RCODE, type Reply } from './reply.ts';

const HEADER = 12;
const FIXED_QUESTION = 4;
const FLAGS = {
  response: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursion: 0x0100,
  unchecked: 0x0010,
} as const;
const OPT = 41;
const DNSSEC_OK = 0x8000;
const REFRESH_S = 3_600;
const RETRY_S = 600;
const EXPIRE_S = 86_400;

/**
 * The bytes of a reply without answers. Strangers can ask for any number of names that do not exist, so these are written here: the
 * library takes many times as long.
 */
export function bareReply(reply: Reply): Buffer {
  const { question, edns, authority } = reply;
  const soa = reply.isNegative && authority && question ? soaRecord(authority, question) : undefined;
  const parts = [header(reply, soa !== undefined)];
  if (question) parts.push(question.bytes);
  if (soa) parts.push(soa);
  if (edns) parts.push(optRecord(edns, reply));
  return Buffer.concat(parts);
}

function header({ head, rcode, isAuthoritative, isTruncated, question, edns }: Reply, hasSoa: boolean): Buffer {
  const bytes = Buffer.alloc(HEADER);
  const flags =
    FLAGS.response |
    (head.opcode << 11) |
    (isAuthoritative ? FLAGS.authoritative : 0) |
    (isTruncated ? FLAGS.truncated : 0) |
    (head.rd ? FLAGS.recursion : 0) |
    (head.cd ? FLAGS.unchecked : 0) |
    (RCODE[rcode] & 15);
  [head.id, flags, question ? 1 : 0, 0, hasSoa ? 1 : 0, edns ? 1 : 0].forEach((field, at) => {
    bytes.writeUInt16BE(field, at * 2);
  });
  return bytes;
}

/** The owner and the names in it are pointers to where the question has the domain: it ends with it. */
function soaRecord({ domain, serial, negativeTtl }: Authority, question: Question): Buffer {
  const domainSize = Buffer.byteLength(domain) + 2;
  const at = HEADER + question.bytes.length - FIXED_QUESTION - domainSize;
  const pointer = Buffer.of(0xc0 | (at >> 8), at & 0xff);
  const data = Buffer.concat([label('ns'), pointer, label('hostmaster'), pointer]);
  const numbers = [serial, REFRESH_S, RETRY_S, EXPIRE_S, negativeTtl];
  const record = Buffer.alloc(12 + data.length + numbers.length * 4);
  pointer.copy(record, 0);
  record.writeUInt16BE(TYPE.SOA, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(negativeTtl, 6);
  record.writeUInt16BE(data.length + numbers.length * 4, 10);
  data.copy(record, 12);
  numbers.forEach((number, index) => {
    record.writeUInt32BE(number, 12 + data.length + index * 4);
  });
  return record;
}

const label = (text: string): Buffer => Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);

function optRecord({ isDnssecOk }: Edns, { maxUdp, rcode }: Reply): Buffer {
  const record = Buffer.alloc(11);
  record.writeUInt16BE(OPT, 1);
  record.writeUInt16BE(maxUdp, 3);
  record.writeUInt8(RCODE[rcode] >> 4, 5);
  record.writeUInt16BE(isDnssecOk ? DNSSEC_OK : 0, 7);
  return record;
}
