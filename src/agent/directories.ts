import { mkdirSync } from 'node:fs';
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
