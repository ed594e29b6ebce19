import { crc32 } from 'node:zlib';
import { type Decrypted, decrypt, encrypt, SEAL_BYTES } from './cipher.ts';
import { compressed, expand } from './compress.ts';
import { type GossipKey, IN_THE_CLEAR, type Keyring, type Protection, type Seal } from './keyring.ts';
import { beginsWith, labelHead, labelOf } from './label.ts';
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
/** What a packed map begins with. */
const SMALL_MAP = 8;
const MAP_16 = 0xde;
const MAP_32 = 0xdf;
/** Shorter datagrams are not worth the time. */
const COMPRESS_FROM = 129;
/** Bytes that all compressed parts of one datagram may expand to. */
const MAX_EXPANDED = 256 * 1024;

/** What a datagram held: its messages in order, and a reason for everything that was thrown away. */
export interface OpenedDatagram {
  readonly messages: readonly PacketMessage[];
  readonly dropped: readonly DropReason[];
  /** With which of our keys it was encrypted. */
  readonly key: GossipKey | undefined;
}

/**
 * Takes a datagram of anyone apart: label, encryption, CRC, compression, compounds. A part that is no message costs that part alone.
 * Never throws.
 */
export function openDatagram(bytes: Uint8Array, protection: Protection): OpenedDatagram {
  const opener = new Opener();
  opener.open(bytes, protection);
  return opener;
}

/** Bytes that messages and their places in the table may take in a datagram that is sent under a label, with or without a key. */
export const roomFor = (label: string): number =>
  DATAGRAM_BUDGET - COMPOUND_HEAD - SEAL_BYTES - labelHead(label).length;

class Opener implements OpenedDatagram {
  readonly messages: PacketMessage[] = [];
  readonly dropped: DropReason[] = [];
  key: GossipKey | undefined;
  #expanded = 0;

  open(bytes: Uint8Array, protection: Protection): void {
    const content = guarded(() => withoutCrc(this.#unsealed(bytes, protection)));
    if (isMalformed(content)) this.dropped.push(content.reason);
    else this.#part(content, 0);
  }

  /** What stands behind label and encryption; refuses what has not those that this pool has. */
  #unsealed(bytes: Uint8Array, { keyring, label }: Protection): Uint8Array {
    const head = labelHead(label);
    if (!beginsWith(bytes, head)) throw new Refused('label');
    const content = bytes.subarray(head.length);
    if (keyring) {
      const { plain, key } = decrypted(content, keyring, labelOf(head));
      this.key = key;
      return plain;
    }
    if (looksEncrypted(content)) throw new Refused('encrypted');
    return content;
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

/** Tells apart who has another key and who has none: what can be read as it stands was not encrypted. */
function decrypted(content: Uint8Array, keyring: Keyring, label: Uint8Array): Decrypted {
  try {
    return decrypt(content, keyring, label);
  } catch (error) {
    const { messages } = openDatagram(content, IN_THE_CLEAR);
    throw messages.length > 0 ? new Refused('clearText') : error;
  }
}

/** Whether it begins with a version of encryption instead of a ping, which a map has to follow. */
function looksEncrypted(content: Uint8Array): boolean {
  const [first, second = 0] = content;
  if ((first !== TYPE.ping && first !== TYPE.indirectPing) || content.length < SEAL_BYTES) return false;
  return second >> 4 !== SMALL_MAP && second !== MAP_16 && second !== MAP_32;
}

/** What stands behind the CRC, if there is one; refuses a wrong one. */
function withoutCrc(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== TYPE.crc) return bytes;
  if (bytes.length <= CRC_HEAD) throw new Refused('truncated');
  const content = bytes.subarray(CRC_HEAD);
  if (asBuffer(bytes).readUInt32BE(1) !== crc32(content)) throw new Refused('crc');
  return content;
}

/** How a datagram is closed. */
export interface Sealing extends Seal {
  /** Only members of memberlist protocol 5 know the checksum; it is left out where encryption does more. */
  readonly crc: boolean;
}

/**
 * Packs encoded messages into as few datagrams as keep within 1400 bytes and 127 parts each, in order. A message that alone is too long
 * gets a datagram of its own.
 */
export function sealDatagram(parts: readonly Uint8Array[], sealing: Sealing): Uint8Array[] {
  const { keyring, label } = sealing.protection;
  const head = labelHead(label);
  const tail = keyring ? SEAL_BYTES : sealing.crc ? CRC_HEAD : 0;
  const budget = DATAGRAM_BUDGET - COMPOUND_HEAD - tail - head.length;
  return groupsOf(parts, budget).map((group) => sealed(compoundOf(group), head, sealing));
}

function sealed(content: Uint8Array, head: Uint8Array, { protection, crc, nonce }: Sealing): Uint8Array {
  const { keyring, compress } = protection;
  const short = compress && content.length >= COMPRESS_FROM ? compressed(content) : content;
  const body = keyring ? encrypt(short, keyring[0].secret, nonce(), labelOf(head)) : crc ? withCrc(short) : short;
  return head.length === 0 ? body : bytesOf([head, body]);
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
