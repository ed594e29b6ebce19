import { systemCode } from '../base/errors.ts';
import type { Host } from '../net/host.ts';
import { NotEligible } from './outcomes.ts';

/** The text of a file that a plugin cannot do without. Throws `NotEligible` when this system lacks it or keeps it from us. */
export async function readNeeded(host: Pick<Host, 'readFile'>, path: string): Promise<string> {
  try {
    return await host.readFile(path);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new NotEligible(`this system has no ${path}`);
    if (code === 'EACCES' || code === 'EPERM') {
      throw new NotEligible(`${path} may not be read by the agent's user; let it read that file`);
    }
    throw error;
  }
}

/** The text of a file without blanks around it; `undefined` when it cannot be read, for whatever reason the system gives. */
export async function readIfThere(host: Pick<Host, 'readFile'>, path: string): Promise<string | undefined> {
  try {
    return (await host.readFile(path)).trim();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

/** The names in a directory, sorted; none when it is not there. */
export async function namesIn(host: Host, path: string): Promise<string[]> {
  try {
    return (await host.readdir(path)).sort();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return [];
  }
}
