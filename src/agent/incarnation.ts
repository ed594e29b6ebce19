import { join } from 'node:path';
import { readSmallFile, writeSmallFile } from './small-file.ts';

/** Numbers are taken in blocks of so many, as each write waits for the disk. After a crash the rest of a block is lost. */
const BLOCK = 64;

/** The number by which this node overrules what others say of it. It only grows, and is on disk before a packet carries it. */
export interface Incarnation extends Disposable {
  /** One more than was ever used, for a pool that is entered. */
  next(): number;
  /** Returns when no later run can begin with that number or a lower one. */
  save(incarnation: number): void;
}

/** Reads and raises the stored incarnation of a data directory; in an orderly end what was not used is given back. */
export function openIncarnation(data: string): Incarnation {
  const path = join(data, 'incarnation');
  const write = (incarnation: number) => writeSmallFile(path, `${incarnation}\n`);
  const stored = Number(readSmallFile(path) ?? 0);
  let used = Number.isSafeInteger(stored) && stored > 0 ? stored : 0;
  let reserved = used;
  const save = (incarnation: number) => {
    if (incarnation > reserved) {
      write(incarnation + BLOCK - 1);
      reserved = incarnation + BLOCK - 1;
    }
    used = Math.max(used, incarnation);
  };
  return {
    next() {
      save(used + 1);
      return used;
    },
    save,
    [Symbol.dispose]() {
      if (reserved === used) return;
      write(used);
      reserved = used;
    },
  };
}
