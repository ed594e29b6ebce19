import type { KvChange } from '../model/kv.ts';
import type { Stamp } from './hlc.ts';
import { type Version, versionText } from './version.ts';

/** Names of the store's own facts. */
type MetaName = 'format' | 'hlc' | 'totals' | 'limit' | 'standing';

/** A place in the index of what is due: something is to be done about `key` at `at`. */
export type Due =
  | { readonly index: 'expiry'; readonly at: number; readonly key: string }
  | { readonly index: 'tombstone'; readonly at: Stamp; readonly key: string };

const RECORD = 'd';
const QUARANTINE = 'q';
const CHANGE = 'c';
const META = 'm';
const INDEX = { expiry: 'x', tombstone: 'g' } as const;
const OPS = ['put', 'delete', 'expire'] as const;
/** Set in the byte of what was done where the change only came late to this node. */
const LATE = 0x80;
/** The first byte of several changes: no single one begins with it. */
const SEVERAL = 0x40;
/** Bytes of a change in front of its key. */
const CHANGE_HEAD = 33;
const LENGTH = 4;

/** Where the record of a key is. The order of these places is the order of the keys' UTF-8 bytes. */
export const recordPlace = (key: string): Uint8Array => Buffer.from(RECORD + key);

/** Where a damaged record is set aside. */
export const quarantinePlace = (key: string): Uint8Array => Buffer.from(QUARANTINE + key);

/** Where a fact of the store is. */
export const metaPlace = (name: MetaName): Uint8Array => Buffer.from(META + name);

/** Where changes are logged of which this is the last. */
export const changePlace = (index: number): Uint8Array => numbered(CHANGE, BigInt(index), '');

/** Where the index keeps a due. */
export const duePlace = ({ index, at, key }: Due): Uint8Array => numbered(INDEX[index], BigInt(at), key);

/** Places of all records of keys that begin with `prefix`. */
export const recordRange = (prefix: string): Range => rangeOf(Buffer.from(RECORD + prefix));

/** The number of the last change at a place of the log. */
export const numberOfChange = (place: Uint8Array): number => Number(viewOf(place).readBigUInt64BE(1));

/** Places of all damaged records. */
export const quarantineRange = (): Range => rangeOf(Buffer.from(QUARANTINE));

/** Places of damaged records of keys behind `after`, up to `until`. */
export function quarantinedBehind(after: string | undefined, until: string | undefined) {
  const { lt } = quarantineRange();
  const gt = quarantinePlace(after ?? '');
  return until === undefined ? { gt, lt } : { gt, lte: quarantinePlace(until) };
}

/** Places of all changes after `index`; at the first of them may be others, too. */
export const changeRange = (index: number): Range => ({ gte: changePlace(index + 1), lt: Buffer.from('d') });

/** Places of what is due at `at` or before. */
export const dueRange = (index: Due['index'], at: Stamp): Range => ({
  gte: Buffer.from(INDEX[index]),
  lt: numbered(INDEX[index], at + 1n, ''),
});

/** Places of everything that is or will be due. */
export const allDueRange = (index: Due['index']): Range => rangeOf(Buffer.from(INDEX[index]));

interface Range {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

/** Places of all records of keys behind `after`. */
export function recordsBehind(after: string | undefined): { readonly gt: Uint8Array; readonly lt: Uint8Array } {
  return { gt: recordPlace(after ?? ''), lt: recordRange('').lt };
}

/** The key of a record's place. */
export const keyOfRecord = (place: Uint8Array): string => textOf(place, 1);

/** Time and key of a place in the index. */
export function dueOf(place: Uint8Array): { readonly at: Stamp; readonly key: string } {
  return { at: viewOf(place).readBigUInt64BE(1), key: textOf(place, 9) };
}

/** What happened to a key. */
export interface Happening extends Pick<KvChange, 'op' | 'isLate'> {
  readonly version: Version;
  /** Epoch milliseconds; 0 for never. */
  readonly expires: number;
}

/** What happened to which key. */
export interface Logged extends Happening {
  readonly key: string;
}

/**
 * Changes of one batch as the log keeps them, at the place of the last of them: a single one as it is, several behind a byte of their own,
 * each behind four bytes of its length (big-endian).
 */
export function encodeChanges(changes: readonly Logged[]): Uint8Array {
  const [first, second] = changes;
  if (first !== undefined && second === undefined) {
    const bytes = Buffer.allocUnsafe(CHANGE_HEAD + Buffer.byteLength(first.key));
    writeChange(bytes, 0, first);
    return bytes;
  }
  const lengths = changes.map(({ key }) => CHANGE_HEAD + Buffer.byteLength(key));
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + LENGTH + length, 1));
  bytes[0] = SEVERAL;
  let at = 1;
  for (const [place, change] of changes.entries()) {
    const length = lengths[place] ?? 0;
    bytes.writeUInt32BE(length, at);
    writeChange(bytes, at + LENGTH, change);
    at += LENGTH + length;
  }
  return bytes;
}

/** The changes of a place in the log, oldest first. */
export function decodeChanges(place: Uint8Array, stored: Uint8Array): readonly KvChange[] {
  const bytes = viewOf(stored);
  const last = numberOfChange(place);
  if (bytes[0] !== SEVERAL) return [changeOf(last, bytes)];
  const pieces: Buffer[] = [];
  for (let at = 1; at < bytes.length; ) {
    const from = at + LENGTH;
    at = from + bytes.readUInt32BE(at);
    pieces.push(bytes.subarray(from, at));
  }
  return pieces.map((piece, index) => changeOf(last - pieces.length + 1 + index, piece));
}

function writeChange(bytes: Buffer, at: number, { key, op, isLate, version, expires }: Logged): void {
  const { stamp, tag } = version;
  bytes[at] = OPS.indexOf(op) + (isLate ? LATE : 0);
  bytes.writeBigUInt64BE(BigInt(expires), at + 1);
  bytes.writeBigUInt64BE(stamp, at + 9);
  bytes.set(tag, at + 17);
  bytes.write(key, at + CHANGE_HEAD);
}

function changeOf(index: number, bytes: Buffer): KvChange {
  const expires = Number(bytes.readBigUInt64BE(1));
  const [done = 0] = bytes;
  return {
    index,
    op: OPS[done & ~LATE] ?? 'put',
    key: textOf(bytes, CHANGE_HEAD),
    version: versionText({ stamp: bytes.readBigUInt64BE(9), tag: bytes.subarray(17, CHANGE_HEAD) }),
    expires: expires === 0 ? null : expires,
    ...(done >= LATE && { isLate: true }),
  };
}

function numbered(space: string, number: bigint, key: string): Uint8Array {
  const place = Buffer.allocUnsafe(9 + Buffer.byteLength(key));
  place.write(space, 0);
  place.writeBigUInt64BE(number, 1);
  place.write(key, 9);
  return place;
}

/** Everything that begins with `prefix`, whose first byte is a letter: so there is a byte to count up. */
function rangeOf(prefix: Buffer): Range {
  const lt = Buffer.from(prefix);
  const last = lt.length - 1;
  lt[last] = (lt[last] ?? 0) + 1;
  return { gte: prefix, lt };
}

const viewOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
const textOf = (bytes: Uint8Array, from: number): string => viewOf(bytes).toString('utf8', from);
