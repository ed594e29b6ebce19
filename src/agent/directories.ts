import { accessSync, constants, existsSync, lstatSync, mkdirSync, statfsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Home } from '../base/home.ts';

/** Type number of `proc`, as statfs gives it. */
const PROC_FILE_SYSTEM = 0x9fa0;

/** Makes the directories of a home, readable by owner and group only. Throws `invalid_config` naming directory and user. */
export function makeDirectories({ config, data, log, lock }: Home): void {
  for (const directory of new Set([data, config, log, dirname(lock)])) {
    try {
      checkAncestor(directory);
      mkdirSync(directory, { recursive: true, mode: 0o750 });
    } catch (error) {
      throw new OpsbroError(
        'invalid_config',
        `cannot make the directory ${directory} as user ${userInfo().username}: ${messageOf(error)}; choose another place with --home DIR`,
        { cause: error },
      );
    }
  }
}

/** Asks first whether something can be made there: on some file systems (/proc) a recursive mkdir tries for ever. */
function checkAncestor(directory: string): void {
  let ancestor = directory;
  while (!existsSync(ancestor)) ancestor = dirname(ancestor);
  if (ancestor !== directory) accessSync(ancestor, constants.W_OK | constants.X_OK);
  if (statfsSync(ancestor).type === PROC_FILE_SYSTEM) throw new Error('nothing can be kept in /proc');
}

/** Makes a directory for this user alone in a place that others can write to. Throws `invalid_config` when it is somebody else's. */
export function makePrivateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0) return;
  throw new OpsbroError('invalid_config', `${path} is not a directory of this user alone; remove it, or set socket`);
}
