import { readFileSync, statSync } from 'node:fs';
import { OpsbroError } from '../base/errors.ts';

/** A Serf agent compacts its snapshot long before it is so long. */
const LONGEST = 64 * 1024 * 1024;

/** The text of the snapshot of a Serf agent. Throws when there is none, or when it is too long to be one. */
export function readSerfSnapshot(path: string): string {
  const { size } = statSync(path);
  if (size > LONGEST)
    throw new OpsbroError('invalid_config', `${path} has ${size} bytes, too many for a Serf snapshot`);
  return readFileSync(path, 'utf8');
}
