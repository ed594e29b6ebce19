import { readdir, readFile } from 'node:fs/promises';
import type { Machine } from './relays.ts';

/** This machine, by its files and the processes in `/proc`. */
export const thisMachine: Machine = {
  read: (path) => readFile(path, 'utf8').catch(() => undefined),
  async running() {
    const entries = await readdir('/proc').catch(() => []);
    const processes = entries.filter((name) => /^\d+$/.test(name));
    const names = await Promise.all(
      processes.map((process) => readFile(`/proc/${process}/comm`, 'utf8').catch(() => '')),
    );
    return new Set(names.map((name) => name.trim()).filter((name) => name !== ''));
  },
};
