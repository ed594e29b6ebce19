import { lineDiff } from '../base/line-diff.ts';
import { digestOfPack, filesOfPack, originOf } from './origin.ts';

/** How one file of a copied pack differs from the same file of the pack it overloads. */
export interface FileDifference {
  /** Path below the pack. */
  readonly file: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** As `lineDiff` has them; none for what is no text. */
  readonly lines: readonly string[];
}

/** How a copied pack differs from the one it overloads. */
export interface PackDifference {
  readonly files: readonly FileDifference[];
  /** Whether the original is another one than at the time of the copy; `null` when the copy does not tell what it was made from. */
  readonly original_changed: boolean | null;
}

/** Compares a pack with the one it overloads, file by file; `original` and `copy` are their directories. */
export async function packDifference(original: string, copy: string): Promise<PackDifference> {
  const [before, after] = [await filesOfPack(original), await filesOfPack(copy)];
  const files = [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((file): FileDifference[] => {
    const [old, fresh] = [before.get(file), after.get(file)];
    if (old && fresh?.equals(old)) return [];
    const change = old ? (fresh ? 'changed' : 'removed') : 'added';
    return [{ file, change, lines: isText(old) && isText(fresh) ? lineDiff(textOf(old), textOf(fresh)) : [] }];
  });
  const origin = await originOf(copy);
  return { files, original_changed: origin ? origin.digest !== (await digestOfPack(original)) : null };
}

const isText = (content: Buffer | undefined): boolean => !content?.includes(0);
const textOf = (content: Buffer | undefined): string => content?.toString('utf8') ?? '';
