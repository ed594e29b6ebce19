import { systemCode } from '../../base/errors.ts';
import { fault } from '../../expressions/fault.ts';
import type { FileStatus, Host } from '../../net/host.ts';

/** What is at a path; `undefined` when there is nothing, or nothing that may be seen. */
export async function statusAt(host: Host, path: string): Promise<FileStatus | undefined> {
  return await host.stat(path).catch(() => undefined);
}

/** The text of a regular file. Throws the system's error, FUNCTION for what is no regular file, LIMIT for one that is too large. */
export async function regularText(host: Host, path: string, maxMiB: number): Promise<string> {
  // Asked before it is opened: opening some devices has effects.
  const { kind, bytes } = await host.stat(path);
  if (kind !== 'file') throw fault('FUNCTION', `${path} is not a regular file`);
  const tooLarge = fault('LIMIT', `${path} is larger than ${maxMiB} MiB`);
  if (bytes > maxMiB * 1_048_576) throw tooLarge;
  const text = await host.readFile(path);
  // Files of the kernel do not know their length before.
  if (text.length > maxMiB * 1_048_576) throw tooLarge;
  return text;
}

/** Whether a failure to read is one of the system, not one of ours. */
export const isOfSystem = (error: unknown): boolean =>
  systemCode(error) !== undefined && systemCode(error) !== 'expression';
