import { constants, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { access, type FileHandle, open, opendir, readdir, readlink } from 'node:fs/promises';
import { isFileAtOnce, isFolderAtOnce, isLinkAtOnce } from './at-once.ts';

const MAX_BYTES = 16 * 1_024 * 1_024;

/** Holds most files of `/proc` whole, so that they are read in one piece and so at one moment. */
const FIRST_PIECE = 32_768;

/**
 * The text of a file, read until its end, as files of `/proc` do not know their length. One longer than 16 MiB fails with `EFBIG`; a FIFO
 * without a writer is empty and does not wait.
 */
export async function readText(path: string): Promise<string> {
  if (isFileAtOnce(path)) return readFileSync(path, 'utf8');
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return (await readToEnd(file, path)).toString('utf8');
  } finally {
    await file.close();
  }
}

/** The beginning of a file, until a piece is enough: what comes behind is not even asked of the kernel. */
export async function readBeginning(path: string, isEnough: (piece: string) => boolean): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return (await readToEnd(file, path, (bytes) => isEnough(bytes.toString('latin1')))).toString('utf8');
  } finally {
    await file.close();
  }
}

/** Where a link leads. */
export async function linkTarget(path: string): Promise<string> {
  return isLinkAtOnce(path) ? readlinkSync(path) : await readlink(path);
}

/** Where a system keeps itself: never on a mount that may hang, or nothing would work anyway. */
const SYSTEM_FOLDER = /^\/(?:etc|usr|proc|sys|run|var\/lib\/dpkg)\/(?!.*\.\.)/;

/**
 * Whether something is there that the agent may know of. Detectors ask this over and over of the same system folders, which costs a
 * twentieth when it is asked at once (measured); what may lead elsewhere is asked in the thread pool.
 */
export async function isThere(path: string): Promise<boolean> {
  try {
    if (SYSTEM_FOLDER.test(path)) {
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (!found?.isSymbolicLink()) return found !== undefined;
    }
    await access(path);
    return true;
  } catch {
    return false;
  }
}

/** The names in a directory: all, or with a limit no more than that, without holding the others in memory. */
export async function namesIn(path: string, most?: number): Promise<string[]> {
  if (most === undefined) return isFolderAtOnce(path) ? readdirSync(path) : await readdir(path);
  const names: string[] = [];
  const directory = await opendir(path, { bufferSize: 256 });
  // To leave the loop closes the directory.
  for await (const { name } of directory) {
    if (names.length >= most) break;
    names.push(name);
  }
  return names;
}

async function readToEnd(file: FileHandle, path: string, isEnough?: (piece: Buffer) => boolean): Promise<Buffer> {
  let buffer = Buffer.allocUnsafe(FIRST_PIECE);
  let size = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, size, buffer.length - size, null);
    size += bytesRead;
    if (bytesRead === 0 || isEnough?.(buffer.subarray(size - bytesRead, size))) return buffer.subarray(0, size);
    if (size > MAX_BYTES) throw Object.assign(new Error(`EFBIG: longer than 16 MiB, ${path}`), { code: 'EFBIG' });
    if (size === buffer.length) buffer = grown(buffer);
  }
}

function grown(buffer: Buffer): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(buffer.length * 4);
  buffer.copy(larger);
  return larger;
}
