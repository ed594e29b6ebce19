/** Which processes of this machine hold a port, as `/proc` tells. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { ipBytes } from '../base/ip.ts';
import type { ListenPlace } from './address.ts';
import { hexOf } from './udp-drops.ts';

/** Who holds a socket. */
export interface SocketOwner {
  /** The user that the socket belongs to. */
  readonly uid: number;
  /** Its processes; none when this process may not look into those of that user. */
  readonly processes: readonly { readonly pid: number; readonly name: string }[];
}

export type Transport = 'tcp' | 'udp';

/** The state of a TCP socket that listens, in the tables. */
const LISTENS = '0A';
const MAPPED = /^0{16}FFFF0000(?=.{8}$)/;

/** Those whose sockets keep others from that place; empty where the system does not tell. */
export function socketOwners(transport: Transport, at: ListenPlace): readonly SocketOwner[] {
  const bytes = ipBytes(at.address.replace(/%.*$/, ''));
  if (!bytes) return [];
  const found = [transport, `${transport}6`]
    .flatMap((table) => linesOf(`/proc/net/${table}`).slice(1).map(socketIn))
    .filter(({ port, state }) => port === at.port && (transport === 'udp' || state === LISTENS))
    .filter(({ address }) => isSamePlace(address, hexOf(bytes), at.ipv6Only === true));
  const holders = found.length === 0 ? new Map() : processesOf(new Set(found.map(({ inode }) => inode)));
  return found.map(({ uid, inode }) => ({ uid, processes: holders.get(inode) ?? [] }));
}

/** A line such as `0: 0100007F:1A70 00000000:0000 0A 00000000:00000000 00:00000000 00000000 1000 0 12345`. */
function socketIn(line: string) {
  const [, local = '', , state = '', , , , uid = '', , inode = ''] = line.trim().split(/\s+/);
  const [address = '', port = ''] = local.split(':');
  return { address, port: Number.parseInt(port, 16), state, uid: Number(uid), inode };
}

/** Whether a listener at one of two places of the same port keeps another from the other place. */
export function collide(one: ListenPlace, other: ListenPlace): boolean {
  const [first, second] = [one, other].map(({ address }) => ipBytes(address.replace(/%.*$/, '')));
  if (!first || !second) return false;
  return isSamePlace(hexOf(first), hexOf(second), one.ipv6Only === true || other.ipv6Only === true);
}

/** For addresses as the tables have them. Only zeros stand for all of a family, `::` for IPv4 too where the families are not `apart`. */
function isSamePlace(held: string, wanted: string, apart: boolean): boolean {
  const [one, other] = [held, wanted].map((address) => address.replace(MAPPED, '')) as [string, string];
  const isAll = (address: string) => /^0+$/.test(address);
  if (one.length !== other.length) return !apart && [one, other].some((each) => each.length > 8 && isAll(each));
  return one === other || isAll(one) || isAll(other);
}

/** By inode of a socket, the processes that have it open. */
function processesOf(inodes: ReadonlySet<string>): ReadonlyMap<string, SocketOwner['processes']> {
  const found = new Map<string, { pid: number; name: string }[]>();
  for (const pid of namesIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)) {
    const open = new Set(namesIn(`/proc/${pid}/fd`).map((fd) => socketOf(`/proc/${pid}/fd/${fd}`)));
    for (const inode of inodes) {
      if (!open.has(inode)) continue;
      const [name = ''] = linesOf(`/proc/${pid}/comm`);
      found.set(inode, [...(found.get(inode) ?? []), { pid, name }]);
    }
  }
  return found;
}

/** The inode of the socket that a file of a process is; empty for another file. */
function socketOf(path: string): string {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1] ?? '';
  } catch {
    return ''; // closed in the meantime
  }
}

/** None of a directory that is gone, or not for this user. */
function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'latin1').trimEnd().split('\n');
  } catch {
    return [];
  }
}
