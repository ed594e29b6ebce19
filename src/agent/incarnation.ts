import { join } from 'node:path';
import { readSmallFile, writeSmallFile } from './small-file.ts';

/** The number by which this node overrules what others say of it. It only grows, and is on disk before a packet carries it. */
export interface Incarnation {
  /** To begin with: one more than was ever used. */
  readonly first: number;
  /** Returns when the number is on disk. */
  save(incarnation: number): void;
}

/** Reads and raises the stored incarnation of a data directory. */
export function openIncarnation(data: string): Incarnation {
  const path = join(data, 'incarnation');
  const save = (incarnation: number) => writeSmallFile(path, `${incarnation}\n`);
  const stored = Number(readSmallFile(path) ?? 0);
  const first = Number.isSafeInteger(stored) && stored > 0 ? stored + 1 : 1;
  save(first);
  return { first, save };
}
