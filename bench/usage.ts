import { readdir, readFile } from 'node:fs/promises';

/** Ticks a second of the times in /proc, the same on every Linux. */
const TICKS = 100;

/** What a process takes, and everything it has started. */
export interface Usage {
  /** Bytes of memory that are resident now. */
  readonly resident: number;
  /** Seconds of processor time since its start, children that have ended among them. */
  readonly cpu: number;
}

/** Sums up what a process and its living descendants take. */
export async function usageOf(pid: number): Promise<Usage> {
  const each = await Promise.all((await treeOf(pid)).map(ownUsage));
  return {
    resident: each.reduce((sum, { resident }) => sum + resident, 0),
    cpu: each.reduce((sum, { cpu }) => sum + cpu, 0),
  };
}

/** A process and its living descendants. */
export async function treeOf(pid: number): Promise<readonly number[]> {
  const children = new Map<number, number[]>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number((await statOf(Number(name)))[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [pid];
  for (const one of found) found.push(...(children.get(one) ?? []));
  return found;
}

async function ownUsage(pid: number): Promise<Usage> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [user = 0, system = 0, children = 0, childrenSystem = 0] = (await statOf(pid)).slice(11, 15).map(Number);
  return {
    resident: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024,
    cpu: (user + system + children + childrenSystem) / TICKS,
  };
}

/** The fields of /proc/PID/stat behind the name, which may hold blanks itself; none when the process is gone. */
async function statOf(pid: number): Promise<readonly string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
