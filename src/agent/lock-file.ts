import { readdirSync, rmSync } from 'node:fs';
import { OpsbroError } from '../base/errors.ts';
import { readSmallFile, writeSmallFile } from './small-file.ts';

/**
 * Makes this process the one agent of a home, by a file of two lines: pid, and when that process started as the kernel counts it. An
 * owner counts only if both match a living process, so neither a recycled pid nor one that nobody has waited for blocks a start. Throws
 * `already_exists` naming the owner. Disposing removes the file.
 */
export function takeLock(path: string): Disposable {
  const owner = lockOwner(path);
  if (owner !== undefined) throw new OpsbroError('already_exists', `the agent already runs as pid ${owner} (${path})`);
  writeSmallFile(path, `${process.pid}\n${startTime(process.pid) ?? ''}\n`);
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

/** The pid of the living process that holds the lock, if any. */
export function lockOwner(path: string): number | undefined {
  const [pidText, started] = readSmallFile(path)?.split('\n') ?? [];
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return undefined;
  return isAlive(pid) && startTime(pid) === (started || undefined) && !isOver(pid) ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Field 22 of `/proc/PID/stat`. */
const startTime = (pid: number): string | undefined => fieldsOf(pid)?.[19];

/**
 * Whether a process has ended, and only its parent has yet to hear of it, which in a container may be never. While any of its threads is on
 * its way out it may still hold files.
 */
function isOver(pid: number): boolean {
  if (fieldsOf(pid)?.[0] !== 'Z') return false;
  try {
    return readdirSync(`/proc/${pid}/task`).length <= 1;
  } catch {
    return true;
  }
}

/** The fields of `/proc/PID/stat` from the third on; the second may hold blanks and brackets, so counting starts behind its last bracket. */
function fieldsOf(pid: number): readonly string[] | undefined {
  const stat = readSmallFile(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}
