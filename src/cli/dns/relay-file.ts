import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OpsbroError } from '../../base/errors.ts';
import { isOurs } from './relays.ts';

/** Writes the file of a relay, whole or not at all. Fails with `conflict` for a file that somebody else wrote. */
export async function putFile(file: string, content: string): Promise<void> {
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before !== undefined && !isOurs(before))
    throw new OpsbroError('conflict', `${file} was written by somebody else; move it away first`);
  await asRoot(file, async () => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.new`, content, { mode: 0o644 });
    await rename(`${file}.new`, file);
  });
}

/** Takes the file away. */
export const takeFile = (file: string): Promise<void> => asRoot(file, () => rm(file, { force: true }));

async function asRoot(file: string, change: () => Promise<void>): Promise<void> {
  try {
    await change();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw new OpsbroError('not_allowed', `${file} may only be changed by root; run the command with sudo`, {
      cause: error,
    });
  }
}
