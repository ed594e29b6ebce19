import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import { messageOf, OpsbroError, systemCode } from '../base/errors.ts';

/**
 * Writes a file that only its owner can read: a new one, which takes the place of an older one of that name once it is whole. So the mode
 * and the owner of the older file do not decide who reads it. `option` is named in errors, which are `bad_request`.
 */
export async function writePrivateFile(
  { path, option }: { readonly path: string; readonly option: string },
  fill: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const written = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    await checkPlace(path, option);
    const file = await open(written, 'wx', 0o600);
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(written, path);
  } catch (error) {
    await rm(written, { force: true }).catch(() => undefined);
    if (!/^E[A-Z0-9]+$/.test(systemCode(error) ?? '')) throw error;
    const why = messageOf(error).replaceAll(written, path);
    throw new OpsbroError('bad_request', `${option}: ${why}`, { cause: error });
  }
}

/** A link such as `/dev/stdout`, a device or a directory is not replaced. */
async function checkPlace(path: string, option: string): Promise<void> {
  const before = await lstat(path).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
    return undefined;
  });
  if (before === undefined || before.isFile()) return;
  throw new OpsbroError(
    'bad_request',
    `${option}: ${path} is there and is no plain file; name a new file or a plain one`,
  );
}
