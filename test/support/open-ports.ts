import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTENS = '0A';
/** Of UDP: bound, and connected to nobody. */
const BOUND = '07';

/** What a process of this machine listens on, as `tcp 0100007F:1A72`; nothing of one that is gone. */
export function openPorts(pid: number): readonly string[] {
  const inodes = new Set(socketsOf(pid));
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((protocol) =>
    readFileSync(`/proc/net/${protocol}`, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state = '', , , , , , inode = '']) => (state === LISTENS || state === BOUND) && inodes.has(inode))
      .map(([, address]) => `${protocol} ${address}`),
  );
}

function socketsOf(pid: number): readonly string[] {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1] ?? []);
  } catch {
    return []; // it ends while it is looked at
  }
}
