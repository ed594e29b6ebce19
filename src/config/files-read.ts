import { AsyncLocalStorage } from 'node:async_hooks';

/** One reading of many files: what was read so far, and what counts in place of what stands on disk. */
interface Reading {
  readonly texts: Map<string, string>;
  readonly instead: ReadonlyMap<string, string>;
}

/**
 * The readers of packs, zones, parameters and settings each open their files themselves; by this they need not hand on to each other who
 * wants to know of it.
 */
const current = new AsyncLocalStorage<Reading>();
let readings = 0;

/** What a reading gave, and the text of every file it opened, by path. */
export interface FilesRead<Result> {
  readonly result: Result;
  readonly texts: ReadonlyMap<string, string>;
}

/** Runs something that reads files, and notes them. Files that `instead` names have the text that stands there. */
export async function notingFiles<Result>(
  read: () => Promise<Result>,
  instead: ReadonlyMap<string, string> = new Map(),
): Promise<FilesRead<Result>> {
  const texts = new Map<string, string>();
  readings += 1;
  try {
    return { result: await current.run({ texts, instead }, read), texts };
  } finally {
    readings -= 1;
    // Node follows every promise of the process as long as a storage is in use.
    if (readings === 0) current.disable();
  }
}

/** The text that counts in place of that of a file. */
export const textInstead = (file: string): string | undefined => current.getStore()?.instead.get(file);

/** Notes what stands in a file; empty for one that cannot be read. */
export function noteFile(file: string, text: string): void {
  current.getStore()?.texts.set(file, text);
}
