import { lstatSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Home } from '../base/home.ts';

/** Makes the directories of a home, readable by owner and group only. Throws `invalid_config` naming directory and user. */
export function makeDirectories({ config, data, log, lock }: Home): void {
  for (const directory of new Set([data, config, log, dirname(lock)])) {
    try {
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

/** Makes a directory for this user alone in a place that others can write to. Throws `invalid_config` when it is somebody else's. */
export function makePrivateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0) return;
  throw new OpsbroError('invalid_config', `${path} is not a directory of this user alone; remove it, or set socket`);
}
