import type { Archive } from '../model/series.ts';

// Where things stand in the database. Every key begins with a byte that says what it is; numbers are big endian, so that keys sort by them.
//
//   b id:4 step:4 start:4   the block of a series in the archive of that step       s name   how a series is kept
//   w number:8              points that are in no block yet                          m name   what is true of the whole store

const BLOCK = 0x62;
const SERIES = 0x73;
const LOG = 0x77;
const META = 0x6d;
const BLOCK_KEY = 13;

/** Slots of a block; it begins at a multiple of their length. */
export const BLOCK_SLOTS = 720;

/** A block, by what its key says. Times and step are seconds. */
export interface BlockPlace {
  readonly id: number;
  readonly step: number;
  readonly start: number;
}

/** The seconds that a block of an archive spans. */
export const spanOf = ({ step }: Pick<Archive, 'step'>): number => step * BLOCK_SLOTS;

/** The start of the block of that archive in which a time lies. */
export const blockStart = (time: number, archive: Pick<Archive, 'step'>): number => time - (time % spanOf(archive));

export function blockKey({ id, step, start }: BlockPlace): Uint8Array {
  const key = Buffer.allocUnsafe(BLOCK_KEY);
  key[0] = BLOCK;
  key.writeUInt32BE(id, 1);
  key.writeUInt32BE(step, 5);
  key.writeUInt32BE(start, 9);
  return key;
}

export function readBlockKey(key: Uint8Array): BlockPlace {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return { id: view.getUint32(1), step: view.getUint32(5), start: view.getUint32(9) };
}

export const seriesKey = (name: string): Uint8Array => Buffer.concat([Buffer.of(SERIES), Buffer.from(name)]);

export const readSeriesKey = (key: Uint8Array): string => Buffer.from(key.subarray(1)).toString();

export function logKey(number: number): Uint8Array {
  const key = Buffer.alloc(9);
  key[0] = LOG;
  key.writeBigUInt64BE(BigInt(number), 1);
  return key;
}

export const readLogKey = (key: Uint8Array): number => Number(Buffer.from(key).readBigUInt64BE(1));

export const metaKey = (name: string): Uint8Array => Buffer.concat([Buffer.of(META), Buffer.from(name)]);

/** Keys from one (included) up to another (not included). */
export interface KeyRange {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

const everything = (kind: number): KeyRange => ({ gte: Buffer.of(kind), lt: Buffer.of(kind + 1) });

export const allBlocks = everything(BLOCK);
export const allSeries = everything(SERIES);
export const wholeLog = everything(LOG);

/** The blocks of one series. */
export const blocksOf = (id: number): KeyRange => ({
  gte: blockKey({ id, step: 0, start: 0 }),
  lt: id < 0xffff_ffff ? blockKey({ id: id + 1, step: 0, start: 0 }) : Buffer.of(BLOCK + 1),
});
