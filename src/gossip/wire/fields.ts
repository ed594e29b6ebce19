import { ipText } from '../../base/ip.ts';
import type { Source, Versions } from './messages.ts';
import { Refused } from './refusal.ts';
import { packedField, textOf, type Unpacked, unpack } from './unpack.ts';

/** Bytes that the tags of a member may take. */
export const META_LIMIT = 512;
const NAME_LIMIT = 128;
const TEXT_LIMIT = 1024;
const MAX_U32 = 2 ** 32 - 1;
const MAX_INCARNATION = 2 ** 31;
const MAX_LAMPORT = 2 ** 48;
/** The key under which our own nodes tell each other more. */
const OPSBRO = 'OpsBro';
const CONTROL = /\p{Cc}/u;

/**
 * The named fields of an unpacked map, read by type. A missing field is the zero of its type; one of another type, too long or out of
 * range refuses the whole (throws `Refused`). Byte strings are copies, so that a small field does not keep a large packet in memory.
 */
export class Fields {
  readonly #fields: ReadonlyMap<string, Unpacked>;
  readonly #packed: Packing | undefined;

  constructor(fields: ReadonlyMap<string, Unpacked>, packed?: Packing) {
    this.#fields = fields;
    this.#packed = packed;
  }

  /** The fields of a value that must be a map. */
  static of(value: Unpacked): Fields {
    return new Fields(asMap(value));
  }

  /** The fields of the packed map at `start`. */
  static read(bytes: Uint8Array, start: number): Fields {
    return new Fields(asMap(unpack(bytes, start).value), { bytes, start });
  }

  boolean(name: string): boolean {
    const value = this.#fields.get(name) ?? false;
    if (typeof value !== 'boolean') throw new Refused('malformed');
    return value;
  }

  /** A whole number from 0 to `max`. */
  integer(name: string, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#fields.get(name) ?? 0;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > max) {
      throw new Refused('malformed');
    }
    return value;
  }

  u32(name: string): number {
    return this.integer(name, MAX_U32);
  }

  port(name: string): number {
    return this.integer(name, 65_535);
  }

  incarnation(): number {
    return this.integer('Incarnation', MAX_INCARNATION);
  }

  lamport(name = 'LTime'): number {
    return this.integer(name, MAX_LAMPORT);
  }

  /** A number that may be a fraction. */
  number(name: string): number {
    const value = this.#fields.get(name) ?? 0;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new Refused('malformed');
    return value;
  }

  bytes(name: string): Uint8Array {
    return this.bytesOrNull(name) ?? new Uint8Array();
  }

  /** Nil and a missing field are both `null`. */
  bytesOrNull(name: string): Uint8Array | null {
    const value = this.#fields.get(name) ?? null;
    return value === null ? null : copied(value);
  }

  /** UTF-8 of at most `limit` bytes. */
  text(name: string, limit = TEXT_LIMIT): string {
    return asText(this.#fields.get(name) ?? null, limit);
  }

  /** The name of a node. */
  nodeName(name: string): string {
    return asNodeName(this.#fields.get(name) ?? null);
  }

  /** An address as text that can be sent to. */
  address(name: string): string {
    const value = this.#fields.get(name) ?? null;
    const text = value instanceof Uint8Array ? ipText(value) : undefined;
    if (text === undefined || !canBeSentTo(text)) throw new Refused('badAddress');
    return text;
  }

  /** The items of a list; nil and a missing field are an empty one. */
  list(name: string): readonly Unpacked[] {
    const value = this.#fields.get(name) ?? null;
    if (value === null) return [];
    if (!isList(value)) throw new Refused('malformed');
    return value;
  }

  /** A map; nil and a missing field are an empty one. */
  map(name: string): ReadonlyMap<string, Unpacked> {
    const value = this.#fields.get(name) ?? null;
    return value === null ? new Map() : asMap(value);
  }

  /** What our own nodes tell each other beside the rest, still packed; nothing when it takes more than `limit` bytes. */
  opsbro(limit: number): { readonly opsbro?: Uint8Array } {
    if (!this.#packed || !this.#fields.has(OPSBRO)) return {};
    const opsbro = packedField(this.#packed.bytes, this.#packed.start, OPSBRO);
    return opsbro && opsbro.length <= limit ? { opsbro } : {};
  }

  /** The tags of a member, still packed. */
  meta(): Uint8Array {
    const meta = this.bytes('Meta');
    if (meta.length > META_LIMIT) throw new Refused('badMeta');
    return meta;
  }

  /** The six version numbers of a member. What follows them is dropped; fewer would crash some peers. */
  versions(): Versions {
    const [pmin, pmax, pcur, dmin, dmax, dcur] = this.bytes('Vsn');
    if (pmin === undefined || pmax === undefined || pcur === undefined) throw new Refused('badVersionBytes');
    if (dmin === undefined || dmax === undefined || dcur === undefined) throw new Refused('badVersionBytes');
    return [pmin, pmax, pcur, dmin, dmax, dcur];
  }

  /** Where an answer is wanted, if address and port are both there. */
  source(): { readonly source?: Source } {
    const port = this.port('SourcePort');
    if (port === 0 || (this.bytesOrNull('SourceAddr')?.length ?? 0) === 0) return {};
    return { source: { address: this.address('SourceAddr'), port, node: this.text('SourceNode', NAME_LIMIT) } };
  }
}

/** Where fields were read from. */
interface Packing {
  readonly bytes: Uint8Array;
  readonly start: number;
}

function asMap(value: Unpacked): ReadonlyMap<string, Unpacked> {
  if (!(value instanceof Map)) throw new Refused('malformed');
  return value;
}

/** The text of an unpacked value; refuses what is not UTF-8 or longer than `limit` bytes. Nil is empty. */
function asText(value: Unpacked, limit = TEXT_LIMIT): string {
  if (value === null) return '';
  const text = value instanceof Uint8Array && value.length <= limit ? textOf(value) : undefined;
  if (text === undefined) throw new Refused('malformed');
  return text;
}

/** The node name of an unpacked value: 1 to 128 bytes of UTF-8 without control characters. */
export function asNodeName(value: Unpacked): string {
  const text = value instanceof Uint8Array && value.length <= NAME_LIMIT ? textOf(value) : undefined;
  if (!text || CONTROL.test(text)) throw new Refused('badName');
  return text;
}

/** A copy of an unpacked byte string. */
export function copied(value: Unpacked): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Refused('malformed');
  return new Uint8Array(value);
}

/** `Array.isArray` does not know readonly arrays. */
const isList = (value: Unpacked): value is readonly Unpacked[] => Array.isArray(value);

/** Neither unspecified nor multicast nor broadcast. */
function canBeSentTo(address: string): boolean {
  if (address.includes(':')) return address !== '::' && !address.startsWith('ff');
  return address !== '0.0.0.0' && Number.parseInt(address, 10) < 224;
}
