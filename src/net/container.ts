import { systemCode } from '../base/errors.ts';
import type { Host } from './host.ts';

const MARKS = ['/.dockerenv', '/run/.containerenv'];

/** Whether this machine is a container: it has one of the files that container engines leave, or its first process was told so. */
export async function isContainer(host: Host): Promise<boolean> {
  for (const mark of MARKS) if (await host.exists(mark)) return true;
  return (await textOf(host, '/proc/1/environ')).split('\0').some((entry) => entry.startsWith('container='));
}

const ID_IN_CGROUP = /([0-9a-f]{64})(?:\.scope)?$/m;
const ID_IN_MOUNTS = /\/(?:overlay-)?containers\/([0-9a-f]{64})\//;

/** The 64 hex digits by which the engine knows this container, if they are to be seen: with control groups of version 2 only in the mounts. */
export async function containerId(host: Host): Promise<string | undefined> {
  const inCgroup = ID_IN_CGROUP.exec(await textOf(host, '/proc/self/cgroup'))?.[1];
  return inCgroup ?? ID_IN_MOUNTS.exec(await textOf(host, '/proc/self/mountinfo'))?.[1];
}

async function textOf(host: Host, path: string): Promise<string> {
  try {
    return await host.readFile(path);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return '';
  }
}
