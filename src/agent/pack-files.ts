/** What the command line does with the files of packs, whether an agent runs or not. */
import type { Home } from '../base/home.ts';
import { createPack } from '../packs/create.ts';
import { type PackDifference, packDifference } from '../packs/difference.ts';

/** Makes a pack to begin with at a level of this home; gives its directory. Throws `bad_request` or `already_exists`. */
export const newPack = (home: Home, name: string, level: string): Promise<string> => createPack(name, level, home.data);

/** How a pack differs from the one it overloads; both are directories. */
export const compared = (original: string, copy: string): Promise<PackDifference> => packDifference(original, copy);
