/** The bodies of our own messages as bytes: what travels only between nodes that wear the tag `ob`. */
import { type Entry, PART_NAMES, type PartChange, type PartName } from '../core/effect.ts';
import { readHead, ValueScanner } from '../wire/head.ts';
import { type Packable, pack, struct } from '../wire/pack.ts';
import { asBuffer, textOf, type Unpacked, unpack } from '../wire/unpack.ts';
import type { ForeignNode } from '../zones/foreign-node.ts';
import { packNodes, readNodes } from '../zones/foreign-node.ts';
import { packEntries } from './part.ts';

/** A change of one part from one version to the next. */
export interface Delta extends PartChange {
  readonly id: string;
  readonly part: PartName;
  readonly from: number;
  readonly to: number;
}

/** A whole part. */
export interface Full {
  readonly id: string;
  readonly part: PartName;
  readonly version: number;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** A part that someone would like to have newer than this version. */
interface Want {
  readonly id: string;
  readonly part: PartName;
  readonly version: number;
}

/**
 * What the extra key of a push/pull holds. A request: all that its sender has heard as a digest, and if the request is no mere question
 * whether that is the same, versions by id, in the order of `PART_NAMES`, and the digest of who is in other zones. An answer to the
 * latter: parts that are newer here, and who is in other zones.
 */
export interface Supplement {
  readonly versions?: ReadonlyMap<string, readonly number[]> | undefined;
  readonly heard?: Uint8Array;
  readonly foreignDigest?: Uint8Array;
  readonly fulls?: readonly Full[];
  readonly foreign?: readonly ForeignNode[];
}

export function packDelta({ id, part, from, to, set, del }: Delta): Uint8Array {
  return pack(struct({ D: del, F: from, I: id, N: part, S: packEntries(set), T: to }));
}

export function packFull(full: Full): Uint8Array {
  return pack(fullStruct(full));
}

export function packWants(wants: readonly Want[]): Uint8Array {
  return pack(wants.map(({ id, part, version }) => struct({ I: id, N: part, V: version })));
}

export function packSupplement({ versions, heard, foreignDigest, fulls = [], foreign = [] }: Supplement): Uint8Array {
  const parts = fulls.length === 0 ? undefined : fulls.map(fullStruct);
  const nodes = foreign.length === 0 ? undefined : packNodes(foreign);
  return pack(struct({ D: versions, F: nodes, G: foreignDigest, H: heard, R: parts, V: SUPPLEMENT_VERSION }));
}

/** The delta in `body`. Throws when it is none. */
export function readDelta(body: Uint8Array): Delta {
  const fields = packedEntries(body);
  return {
    ...readHeading(fields),
    from: numberOf(fields.get('F')),
    to: numberOf(fields.get('T')),
    set: packedEntries(fields.get('S')),
    del: listOf(fields.get('D')).map((name) => text(unpack(name).value)),
  };
}

/** The whole part in `body`. Throws when it is none. */
export function readFull(body: Uint8Array): Full {
  const fields = packedEntries(body);
  return { ...readHeading(fields), version: numberOf(fields.get('V')), entries: packedEntries(fields.get('B')) };
}

/** What is wanted in `body`. Throws when it is no such list. */
export function readWants(body: Uint8Array): Want[] {
  return listOf(body).map((item) => {
    const fields = packedEntries(item);
    return { ...readHeading(fields), version: numberOf(fields.get('V')) };
  });
}

/** The supplement of a push/pull. Throws when it is none. */
export function readSupplement(body: Uint8Array): Supplement {
  const fields = packedEntries(body);
  const packedVersions = fields.get('D');
  const versions =
    packedVersions && new Map([...packedEntries(packedVersions)].map(([id, list]) => [id, numbers(list)]));
  const packedFulls = fields.get('R');
  const [nodes, foreignDigest, heard] = ['F', 'G', 'H'].map((key) => unpacked(fields.get(key)));
  return {
    versions,
    fulls: packedFulls ? listOf(packedFulls).map(readFull) : [],
    ...(heard instanceof Uint8Array && { heard }),
    ...(foreignDigest instanceof Uint8Array && { foreignDigest }),
    ...(nodes instanceof Uint8Array && { foreign: readNodes(nodes) }),
  };
}

const SUPPLEMENT_VERSION = 1;
const MAX_NAME = 512;
/** Keys and values that a map may have, or items a list: each costs a hundred times the one byte that it may be. */
const MAX_PIECES = 65_536;

const fullStruct = ({ id, part, version, entries }: Full): Packable =>
  struct({ B: packEntries(entries), I: id, N: part, V: version });

function readHeading(fields: ReadonlyMap<string, Uint8Array>): { readonly id: string; readonly part: PartName } {
  const name = text(unpacked(fields.get('N')));
  const part = PART_NAMES.find((known) => known === name);
  if (!part) throw new Error(`a record has no part "${name}"`);
  return { id: text(unpacked(fields.get('I'))), part };
}

/** The values of a packed map, still packed, each in bytes of its own. Throws when it is no map. */
function packedEntries(bytes: Uint8Array | undefined): Map<string, Uint8Array> {
  const buffer = asBuffer(bytes ?? new Uint8Array(0));
  const entries = new Map<string, Uint8Array>();
  const values = pieces(buffer, 'map');
  for (let place = 0; place + 1 < values.length; place += 2) {
    const [key, value] = [values[place], values[place + 1]];
    if (key && value) entries.set(text(unpack(key).value), Uint8Array.prototype.slice.call(value));
  }
  return entries;
}

const listOf = (bytes: Uint8Array | undefined): Uint8Array[] => pieces(asBuffer(bytes ?? new Uint8Array(0)), 'list');

/** The packed values that a list or a map consists of. */
function pieces(buffer: Buffer, family: 'list' | 'map'): Buffer[] {
  const head = readHead(buffer, 0);
  if (head?.family !== family) throw new Error(`a ${family} is missing`);
  const count = family === 'map' ? 2 * head.size : head.size;
  if (count > MAX_PIECES) throw new Error(`a ${family} is too long`);
  const found: Buffer[] = [];
  let at = head.body;
  for (let left = count; left > 0; left -= 1) {
    const end = new ValueScanner(at).end(buffer);
    if (end === undefined) throw new Error(`a ${family} is cut short`);
    found.push(buffer.subarray(at, end));
    at = end;
  }
  return found;
}

const unpacked = (bytes: Uint8Array | undefined): Unpacked => (bytes ? unpack(bytes).value : null);

function text(value: Unpacked): string {
  const read = value instanceof Uint8Array && value.length <= MAX_NAME ? textOf(value) : undefined;
  if (read === undefined) throw new Error('a name is missing');
  return read;
}

function numberOf(bytes: Uint8Array | undefined): number {
  const value = unpacked(bytes);
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Error('a version is missing');
  return value;
}

const numbers = (list: Uint8Array): number[] => listOf(list).slice(0, PART_NAMES.length).map(numberOf);
