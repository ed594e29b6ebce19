import { labelText } from './text.ts';

const HEADER = 12;
const MAX_NAME = 255;
const MAX_LABEL = 63;
const OPT = 41;
const COOKIE = 10;

/** What the asker can take, if it said so. */
export interface Edns {
  readonly size: number;
  readonly version: number;
  readonly isDnssecOk: boolean;
  /** The cookies that came: 8 bytes of the client, and 8 to 32 that it got from a server. */
  readonly cookie?: Buffer;
}

/** A question, with what the answer repeats of it. */
export interface Question {
  /** The bytes of the question section: they go back exactly as they came. */
  readonly bytes: Buffer;
  /** Lower case; a dot within a label is written `\.`, so that it never matches a separator. */
  readonly labels: readonly string[];
  readonly type: number;
  readonly class: number;
}

/** The part of a header that an answer repeats. */
export interface Head {
  readonly id: number;
  readonly opcode: number;
  readonly rd: number;
  readonly cd: number;
}

/** What a packet turned out to be. `bad` names the fault for the counters; without an answer nothing is sent back. */
export type Received =
  | { readonly kind: 'query'; readonly head: Head; readonly question: Question; readonly edns: Edns | undefined }
  | {
      readonly kind: 'bad';
      readonly reason: BadReason;
      readonly answer?: 'FORMERR' | 'NOTIMP';
      readonly head?: Head;
      readonly question?: Question;
    };

export type BadReason = 'short' | 'response' | 'opcode' | 'counts' | 'question' | 'additional' | 'opt';

/**
 * Checks every byte of a packet before anything is made of it: whatever stands in it, the answer is a value.
 */
export function receive(packet: Buffer): Received {
  if (packet.length < HEADER) return { kind: 'bad', reason: 'short' };
  if (packet.readUInt8(2) & 0x80) return { kind: 'bad', reason: 'response' };
  const head = headOf(packet);
  const question = readQuestion(packet);
  if (head.opcode !== 0)
    return { kind: 'bad', reason: 'opcode', answer: 'NOTIMP', head, ...(question && { question }) };
  const reason = question ? faultBehind(packet, question) : 'question';
  if (reason || !question) return { kind: 'bad', reason: reason ?? 'question', answer: 'FORMERR', head };
  const edns = readOpt(packet, HEADER + question.bytes.length);
  return edns === 'opt' || edns === 'additional'
    ? { kind: 'bad', reason: edns, answer: 'FORMERR', head }
    : { kind: 'query', head, question, edns };
}

const headOf = (packet: Buffer): Head => ({
  id: packet.readUInt16BE(0),
  opcode: (packet.readUInt8(2) >> 3) & 15,
  rd: packet.readUInt8(2) & 1,
  cd: (packet.readUInt8(3) >> 4) & 1,
});

/** The one question, or `undefined` when there is not exactly one that is sound. */
function readQuestion(packet: Buffer): Question | undefined {
  const end = endOfName(packet, HEADER);
  if (packet.readUInt16BE(4) !== 1 || end === undefined || end + 4 > packet.length) return undefined;
  return {
    bytes: packet.subarray(HEADER, end + 4),
    labels: labelsOf(packet, HEADER),
    type: packet.readUInt16BE(end),
    class: packet.readUInt16BE(end + 2),
  };
}

/** Where a name without pointers ends; `undefined` when it is cut, too long, or has a label of a kind that is not allowed here. */
function endOfName(packet: Buffer, start: number): number | undefined {
  let at = start;
  for (let length = packet[at]; length !== undefined && length <= MAX_LABEL; length = packet[at]) {
    at += 1 + length;
    if (at - start > MAX_NAME) return undefined;
    if (length === 0) return at;
  }
  return undefined;
}

/** The labels of a name that `endOfName` found sound. */
function labelsOf(packet: Buffer, start: number): string[] {
  const labels: string[] = [];
  let at = start;
  for (let length = packet[at] ?? 0; length > 0; length = packet[at] ?? 0) {
    labels.push(labelText(packet.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return labels;
}

function faultBehind(packet: Buffer, question: Question): BadReason | undefined {
  if (packet.readUInt16BE(6) !== 0 || packet.readUInt16BE(8) !== 0) return 'counts';
  return question.type === OPT ? 'opt' : undefined;
}

/** Goes over the additional records: the OPT record if there is one, or what is wrong with them. Others are skipped. */
function readOpt(packet: Buffer, start: number): Edns | undefined | 'opt' | 'additional' {
  let edns: Edns | undefined;
  let at = start;
  for (let left = packet.readUInt16BE(10); left > 0; left--) {
    const record = readRecord(packet, at);
    if (!record) return 'additional';
    if (record.type === OPT) {
      if (edns || record.hasOwner) return 'opt';
      edns = ednsOf(record);
      if (!edns) return 'opt';
    }
    at = record.end;
  }
  return at === packet.length ? edns : 'additional';
}

interface RawRecord {
  readonly hasOwner: boolean;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly data: Buffer;
  readonly end: number;
}

function readRecord(packet: Buffer, start: number): RawRecord | undefined {
  const fixed = endOfOwner(packet, start);
  if (fixed === undefined || fixed + 10 > packet.length) return undefined;
  const end = fixed + 10 + packet.readUInt16BE(fixed + 8);
  if (end > packet.length) return undefined;
  return {
    hasOwner: packet[start] !== 0,
    type: packet.readUInt16BE(fixed),
    class: packet.readUInt16BE(fixed + 2),
    ttl: packet.readUInt32BE(fixed + 4),
    data: packet.subarray(fixed + 10, end),
    end,
  };
}

/** Behind the question a name may end in a pointer, which is not followed. */
function endOfOwner(packet: Buffer, start: number): number | undefined {
  let at = start;
  for (let length = packet[at]; length !== undefined; length = packet[at]) {
    if (length >= 0xc0) return at + 2;
    if (length > MAX_LABEL || at + 1 + length - start > MAX_NAME) return undefined;
    at += 1 + length;
    if (length === 0) return at;
  }
  return undefined;
}

function ednsOf({ class: size, ttl, data }: RawRecord): Edns | undefined {
  const common = { size, version: (ttl >>> 16) & 0xff, isDnssecOk: (ttl & 0x8000) !== 0 };
  let cookie: Buffer | undefined;
  let at = 0;
  while (at + 4 <= data.length) {
    const end = at + 4 + data.readUInt16BE(at + 2);
    if (data.readUInt16BE(at) === COOKIE && end <= data.length) cookie ??= data.subarray(at + 4, end);
    at = end;
  }
  if (at !== data.length || (cookie && !isCookie(cookie.length))) return undefined;
  return cookie ? { ...common, cookie } : common;
}

/** That of a client alone, or with one of a server behind it (RFC 7873, 4). */
const isCookie = (length: number): boolean => length === 8 || (length >= 16 && length <= 40);
