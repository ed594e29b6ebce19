/** The tutorials of packs, which need no agent. */

import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Home } from '../base/home.ts';
import { didYouMean } from '../base/nearest.ts';
import { loadPacks } from '../packs/load.ts';
import { type Recording, recordingOf, type Tutorial, tutorialOf } from '../packs/tutorials.ts';

/** A tutorial with the length of its recording in seconds, or with what is wrong with it. */
export type ListedTutorial = Omit<Tutorial, 'file'> & ({ readonly duration: number } | { readonly error: string });

/** Every tutorial of the packs in use. */
export async function listTutorials(home: Home): Promise<readonly ListedTutorial[]> {
  return await Promise.all(
    (await tutorialsIn(home)).map(async ({ file, ...tutorial }) => {
      try {
        const { duration } = await recordingOf({ file, ...tutorial });
        return { ...tutorial, duration };
      } catch (error) {
        return { ...tutorial, error: messageOf(error) };
      }
    }),
  );
}

/** The recording of a tutorial by its name, or by `PACK/NAME`. Throws `not_found` or `invalid_config`. */
export async function tutorialRecording(home: Home, wanted: string): Promise<Recording> {
  const tutorials = await tutorialsIn(home);
  const named = tutorials.findLast(({ pack, name }) => name === wanted || `${pack}/${name}` === wanted);
  if (named) return await recordingOf(named);
  const hint = didYouMean(
    wanted,
    tutorials.map(({ name }) => name),
  );
  throw new OpsbroError('not_found', `no tutorial is named "${wanted}"${hint}`);
}

async function tutorialsIn({ shipped, data, config }: Home): Promise<readonly Tutorial[]> {
  const local = { directory: config, objects: [] };
  // Of expressions and checks nothing is asked here.
  const rules = { checkFields: [], expressionFaults: () => [] };
  const { objects } = await loadPacks({ shipped, data, local, rules });
  return objects.filter(({ type }) => type === 'tutorial').map(tutorialOf);
}
