import { crc32 } from 'node:zlib';
import { Fields } from './fields.ts';
import { lzwDecode } from './lzw.ts';
import type { DropReason, PacketMessage } from './messages.ts';
import { bytesOf } from './pack.ts';
import { decode, TYPE } from './packet.ts';
import { guarded, isMalformed, Refused } from './refusal.ts';
import { asBuffer } from './unpack.ts';

/** Bytes of one datagram, all framing included. */
export const DATAGRAM_BUDGET = 1400;
/** Peers of an old generation compute the length of the part table in 8 bits. */
const MAX_PARTS = 127;
const COMPOUND_HEAD = 2;
const PART_HEAD = 2;
const CRC_HEAD = 5;
const MAX_NESTING = 4;
/** Bytes that all compressed parts of one datagram may expand to. */
const MAX_EXPANDED = 256 * 1024;

/** What a datagram held: its messages in order, and a reason for everything that was thrown away. */
export interface OpenedDatagram {
  readonly messages: readonly PacketMessage[];
  readonly dropped: readonly DropReason[];
}

/** Takes a datagram of anyone apart: CRC, compression, compounds. A part that is no message costs that part alone. Never throws. */
export function openDatagram(bytes: Uint8Array): OpenedDatagram {
  const opener = new Opener();
  opener.open(bytes);
  return opener;
}

class Opener implements OpenedDatagram {
  readonly messages: PacketMessage[] = [];
  readonly dropped: DropReason[] = [];
  #expanded = 0;

  open(bytes: Uint8Array): void {
    const content = guarded(() => withoutCrc(bytes));
    if (isMalformed(content)) this.dropped.push(content.reason);
    else this.#part(content, 0);
  }

  #part(bytes: Uint8Array, depth: number): void {
    if (bytes[0] === TYPE.compound) this.#nested(depth, () => this.#compound(asBuffer(bytes), depth + 1));
    else if (bytes[0] === TYPE.compress) this.#nested(depth, () => this.#part(this.#expand(bytes), depth + 1));
    else this.#message(bytes);
  }

  #nested(depth: number, open: () => void): void {
    const outcome = guarded(() => {
      if (depth >= MAX_NESTING) throw new Refused('tooDeep');
      open();
    });
    if (isMalformed(outcome)) this.dropped.push(outcome.reason);
  }

  #compound(bytes: Buffer, depth: number): void {
    const parts = bytes[1];
    if (parts === undefined) throw new Refused('truncated');
    if (parts === 0) throw new Refused('malformed');
    let at = COMPOUND_HEAD + PART_HEAD * parts;
    if (at > bytes.length) throw new Refused('truncated');
    for (let part = 0; part < parts; part++) {
      const end = at + bytes.readUInt16BE(COMPOUND_HEAD + PART_HEAD * part);
      if (end > bytes.length) this.dropped.push('truncated');
      else this.#part(bytes.subarray(at, end), depth);
      at = end;
    }
  }

  #expand(bytes: Uint8Array): Uint8Array {
    const expanded = expand(bytes, MAX_EXPANDED - this.#expanded);
    this.#expanded += expanded.length;
    return expanded;
  }

  #message(bytes: Uint8Array): void {
    const message = decode(bytes);
    if (isMalformed(message)) this.dropped.push(message.reason);
    else if (message.kind === 'error') this.dropped.push('unknownType');
    else this.messages.push(message);
  }
}

/** What stands behind the CRC, if there is one; refuses a wrong one, and a label, which this pool has not. */
function withoutCrc(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === TYPE.label) throw new Refused('label');
  if (bytes[0] !== TYPE.crc) return bytes;
  if (bytes.length <= CRC_HEAD) throw new Refused('truncated');
  const content = bytes.subarray(CRC_HEAD);
  if (asBuffer(bytes).readUInt32BE(1) !== crc32(content)) throw new Refused('crc');
  return content;
}

/** Expands a compress message to at most `limit` bytes; throws `Refused`. */
export function expand(bytes: Uint8Array, limit: number): Uint8Array {
  const fields = Fields.read(bytes, 1);
  if (fields.integer('Algo') !== 0) throw new Refused('malformed');
  return lzwDecode(fields.bytes('Buf'), limit);
}

/** How a datagram is closed. */
export interface Sealing {
  /** Only members of memberlist protocol 5 know the checksum. */
  readonly crc: boolean;
}

/**
 * Packs encoded messages into as few datagrams as keep within 1400 bytes and 127 parts each, in order. A message that alone is too long
 * gets a datagram of its own.
 */
export function sealDatagram(parts: readonly Uint8Array[], { crc }: Sealing): Uint8Array[] {
  const budget = DATAGRAM_BUDGET - COMPOUND_HEAD - (crc ? CRC_HEAD : 0);
  return groupsOf(parts, budget).map((group) => (crc ? withCrc(compoundOf(group)) : compoundOf(group)));
}

function groupsOf(parts: readonly Uint8Array[], budget: number): Uint8Array[][] {
  const groups: Uint8Array[][] = [];
  let group: Uint8Array[] = [];
  let size = 0;
  for (const part of parts) {
    const cost = PART_HEAD + part.length;
    if (group.length > 0 && (group.length >= MAX_PARTS || size + cost > budget)) {
      groups.push(group);
      group = [];
      size = 0;
    }
    group.push(part);
    size += cost;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

/** One message stays as it is, several become a compound. */
function compoundOf(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const table = Buffer.alloc(COMPOUND_HEAD + PART_HEAD * parts.length);
  table[0] = TYPE.compound;
  table[1] = parts.length;
  for (const [place, part] of parts.entries()) table.writeUInt16BE(part.length, COMPOUND_HEAD + PART_HEAD * place);
  return bytesOf([table, ...parts]);
}

function withCrc(content: Uint8Array): Uint8Array {
  const head = Buffer.alloc(CRC_HEAD);
  head[0] = TYPE.crc;
  head.writeUInt32BE(crc32(content), 1);
  return bytesOf([head, content]);
}
