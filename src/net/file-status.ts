import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { systemCode } from '../base/errors.ts';
import type { FileStatus } from './host.ts';

const MAX_HASHED_BYTES = 1_024 ** 3;
const PIECE = 262_144;
const STICKY = 0o1000;

/** What is at a path, links followed. Fails with `ENOENT` when there is nothing, not even a link. */
export async function statusOf(path: string): Promise<FileStatus> {
  const itself = await lstat(path);
  const isLink = itself.isSymbolicLink();
  const target = isLink ? await targetOf(path) : itself;
  return {
    kind: target ? kindOf(target) : 'nothing',
    isLink,
    bytes: target?.isFile() ? target.size : 0,
    modifiedMs: (target ?? itself).mtimeMs,
    owner: (target ?? itself).uid,
    mode: (target ?? itself).mode & 0o777,
    isSticky: ((target ?? itself).mode & STICKY) !== 0,
  };
}

/** Nothing when a link leads nowhere, or round in circles. */
async function targetOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ELOOP') return undefined;
    throw error;
  }
}

function kindOf(found: Stats): FileStatus['kind'] {
  if (found.isFile()) return 'file';
  if (found.isDirectory()) return 'directory';
  if (found.isFIFO()) return 'pipe';
  return found.isSocket() ? 'socket' : 'device';
}

/** The hash of a regular file of at most 1 GiB. Fails with `EINVAL` for anything else, `EFBIG` for a longer one. */
export async function digestOf(path: string, algorithm: string, signal: AbortSignal): Promise<string> {
  // A device must not even be opened.
  const { kind } = await statusOf(path);
  if (kind !== 'file') throw failure('EINVAL', `not a regular file, ${path}`);
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return await hashed(file, algorithm, signal);
  } finally {
    await file.close();
  }
}

async function hashed(file: FileHandle, algorithm: string, signal: AbortSignal): Promise<string> {
  const hash = createHash(algorithm);
  const piece = Buffer.allocUnsafe(PIECE);
  let length = 0;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(piece, 0, piece.length, null);
    if (bytesRead === 0) return hash.digest('hex');
    length += bytesRead;
    if (length > MAX_HASHED_BYTES) throw failure('EFBIG', 'longer than 1 GiB');
    hash.update(piece.subarray(0, bytesRead));
  }
}

const failure = (code: string, message: string): Error => Object.assign(new Error(`${code}: ${message}`), { code });
