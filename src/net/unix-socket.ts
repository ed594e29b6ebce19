import { chmod, chown, lstat, mkdir, stat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { OpsbroError, systemCode } from '../base/errors.ts';
import { type HttpHandler, type HttpLimits, listenPath } from './http-listener.ts';

/** Longer paths are cut by Node without a word. */
const LONGEST_PATH = 107;
const STICKY = 0o1000;
const OTHERS = 0o007;

/** Where the socket is and who may use it. */
export interface UnixSocket {
  readonly path: string;
  /** The group whose members may connect; the process's own when left out. */
  readonly groupId?: number;
}

/**
 * Listens on a unix socket that only its user and group can reach. What an agent that died has left there is removed.
 * Throws `already_exists` when another agent answers, `invalid_config` when the path cannot be used.
 */
export async function listenUnix(
  socket: UnixSocket,
  handler: HttpHandler,
  limits: HttpLimits,
): Promise<AsyncDisposable> {
  const { path, groupId } = socket;
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new OpsbroError(
      'invalid_config',
      `the socket path ${path} is longer than ${LONGEST_PATH} bytes; set socket to a shorter one`,
    );
  }
  await closeFolder(dirname(path), groupId);
  await removeLeftOver(path);
  const listener = await listenPath(path, handler, limits);
  await chmod(path, 0o660);
  if (groupId !== undefined) await chown(path, -1, groupId);
  return listener;
}

/** Before the socket is there, others must be kept out by its folder: between listening and chmod the file is open to them. */
async function closeFolder(folder: string, groupId: number | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const { mode, uid } = await stat(folder);
  // A folder that is shared by all, such as /tmp, is not ours to close.
  if ((mode & STICKY) !== 0 || uid !== process.getuid?.()) return;
  if ((mode & OTHERS) !== 0) await chmod(folder, mode & 0o7770);
  if (groupId !== undefined) await chown(folder, -1, groupId);
}

async function removeLeftOver(path: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!found) return;
  if (!found.isSocket())
    throw new OpsbroError('invalid_config', `${path} is in the way: it is no socket, so it is not removed`);
  if (await answers(path)) throw new OpsbroError('already_exists', `another agent answers at ${path}`);
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const attempt = connect(path);
    attempt.once('connect', () => {
      attempt.destroy();
      resolve(true);
    });
    attempt.once('error', (error) => resolve(systemCode(error) !== 'ECONNREFUSED' && systemCode(error) !== 'ENOENT'));
  });
}
