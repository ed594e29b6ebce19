/** Builds that run at the same time: each makes a folder of its own, and puts it in place as a whole. */
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

/** The folder in which this process makes what is to be at `place`. Those of processes that are gone are removed. */
export async function makingOf(place: string): Promise<string> {
  const parent = dirname(place);
  const before = `${basename(place)}-next-`;
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(before) ? Number.parseInt(name.slice(before.length), 10) : Number.NaN;
    if (pid > 0 && !isRunning(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
  const made = join(parent, `${before}${process.pid}`);
  await rm(made, { recursive: true, force: true });
  return made;
}

/** Puts a folder in the place of an older one; of several that come at once the last stays. */
export async function putInPlace(made: string, place: string): Promise<void> {
  const older = `${made}-older`;
  for (;;) {
    await rm(older, { recursive: true, force: true });
    try {
      await rename(place, older);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    try {
      await rename(made, place);
      break;
    } catch (error) {
      // Another has put its own there in between.
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    }
  }
  await rm(older, { recursive: true, force: true });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
