import { readdir, readFile } from 'node:fs/promises';

/** How often we look for escaped processes: one may start another while we look. */
const ROUNDS = 3;

/** Sends a signal to every process of a group. Answers whether there was one to send it to. */
export function signalGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  return signalled(-leader, signal);
}

/**
 * Kills every process whose environment holds `entry` (`NAME=value`): what was started by a program but made a session of its own,
 * where no signal to the group reaches it.
 */
export async function killMarked(entry: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const marked = await findMarked(entry);
    if (marked.length === 0) return;
    for (const pid of marked) signalled(pid, 'SIGKILL');
  }
}

async function findMarked(entry: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc').catch(() => [])) {
    if (/^\d+$/.test(name) && (await environmentOf(name)).includes(entry)) found.push(Number(name));
  }
  return found;
}

/** The environment that a process was started with; nothing when it is gone or not ours to read. */
async function environmentOf(pid: string): Promise<string[]> {
  try {
    return (await readFile(`/proc/${pid}/environ`, 'latin1')).split('\0');
  } catch {
    return [];
  }
}

function signalled(target: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(target, signal);
  } catch {
    return false;
  }
}
