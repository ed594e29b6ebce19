import type { Api } from '../http/api.ts';
import { LEVELS } from '../model/pack.ts';

type Packs = Api['GET /packs']['answer'];

/** Every pack of every level, in the order of levels and names. */
export function packEntries(packs: Packs): Packs['core'][string] {
  return LEVELS.flatMap((level) =>
    Object.entries(packs[level])
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, entries]) => entries),
  );
}
