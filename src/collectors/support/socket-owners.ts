import { delay } from '../../base/clock.ts';
import { systemCode } from '../../base/errors.ts';
import type { Host } from '../../net/host.ts';
import { namesIn, readIfThere } from '../../plugins/files.ts';

/** The process that holds a socket open. */
export interface Owner {
  readonly pid: number;
  readonly process: string;
}

/** More open files than these are not looked at in one run. */
const MOST_LINKS = 50_000;

/** After so many open files others get their turn. */
const AT_ONCE = 1_000;

const SOCKET = /^socket:\[(\d+)\]$/;

/**
 * Finds out which processes hold sockets open. All open files of all processes are only looked at when there is a socket that was not there
 * before; without the right to see those of others nothing is found.
 */
export class SocketOwners {
  /** `undefined`: looked for in vain. */
  readonly #known = new Map<string, number | undefined>();

  /** The owners of these sockets by inode, as far as they can be known. */
  async of(inodes: readonly string[], host: Host, signal: AbortSignal): Promise<ReadonlyMap<string, Owner>> {
    const wanted = new Set(inodes);
    for (const inode of this.#known.keys()) if (!wanted.has(inode)) this.#known.delete(inode);
    const fresh = new Set([...wanted].filter((inode) => !this.#known.has(inode)));
    if (fresh.size > 0) await this.#search(fresh, host, signal);
    const owners = new Map<string, Owner>();
    for (const [inode, pid] of this.#known) {
      const process = pid === undefined ? undefined : await readIfThere(host, `/proc/${pid}/comm`);
      if (pid !== undefined && process !== undefined) owners.set(inode, { pid, process });
      // Its process has ended: whoever holds it now is found next time.
      else if (pid !== undefined) this.#known.delete(inode);
    }
    return owners;
  }

  async #search(fresh: Set<string>, host: Host, signal: AbortSignal): Promise<void> {
    // Who may not look at the first process may look at those of the own user only, and that would be half the truth.
    const maySee = (await namesIn(host, '/proc/1/fd')).length > 0;
    const ids = maySee ? (await namesIn(host, '/proc')).filter((name) => /^\d+$/.test(name)) : [];
    let looked = 0;
    for (const id of ids) {
      if (fresh.size === 0 || looked >= MOST_LINKS) break;
      const left = MOST_LINKS - looked;
      for (const file of (await namesIn(host, `/proc/${id}/fd`)).slice(0, left)) {
        if (++looked % AT_ONCE === 0) await delay(host.clock, 1, signal);
        const [, inode = ''] = SOCKET.exec(await linkTarget(host, `/proc/${id}/fd/${file}`)) ?? [];
        if (fresh.delete(inode)) this.#known.set(inode, Number(id));
      }
    }
    for (const inode of fresh) this.#known.set(inode, undefined);
  }
}

async function linkTarget(host: Host, path: string): Promise<string> {
  try {
    return await host.readlink(path);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return '';
  }
}
