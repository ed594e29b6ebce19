import { z } from 'zod';
import type { Metrics } from '../model/metrics.ts';
import type { Host } from '../net/host.ts';
import { readIfThere, readNeeded } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { type Owner, SocketOwners } from './support/socket-owners.ts';
import { parseSockets, type Socket } from './support/socket-table.ts';

/** More sockets than these are not told of one by one. */
const MOST_DETAILS = 1_000;

const details = (protocol: string, what: string): KeyDoc => ({
  key: `details.${protocol}`,
  kind: 'info',
  unit: '',
  meaning: `Every ${what} with proto, source, dest and state, for root also pid and process; ${MOST_DETAILS} at most.`,
});

export default defineCollector({
  name: 'openports',
  description: 'The ports at which something on this machine listens, and what.',
  intervalMs: 60_000,
  options: z.object({}),
  keys: [
    { key: 'ports', kind: 'info', unit: '', meaning: 'Ports of TCP at which something listens, sorted.' },
    { key: 'udp_ports', kind: 'info', unit: '', meaning: 'Ports of UDP at which something receives, sorted.' },
    details('tcp', 'socket that listens'),
    details('udp', 'socket that receives from anybody'),
  ],

  configure: () => {
    const owners = new SocketOwners();
    return async (host, signal) => {
      signal.throwIfAborted();
      const tcp = [
        ...parseSockets('tcp', await readNeeded(listeners(host), '/proc/net/tcp')),
        ...parseSockets('tcp6', (await readIfThere(listeners(host), '/proc/net/tcp6')) ?? ''),
      ];
      const udp = [
        ...parseSockets('udp', (await readIfThere(host, '/proc/net/udp')) ?? ''),
        ...parseSockets('udp6', (await readIfThere(host, '/proc/net/udp6')) ?? ''),
      ];
      const found = await owners.of(
        [...tcp, ...udp].map(({ inode }) => inode),
        host,
        signal,
      );
      return {
        ports: portsOf(tcp),
        udp_ports: portsOf(udp),
        details: { tcp: detailsOf(tcp, found), udp: detailsOf(udp, found) },
      };
    };
  },
});

/** A line of a connection. Half-open ones are not among them: old kernels list those between the sockets that listen. */
const CONNECTION = /^ *\d+: [\dA-F]+:[\dA-F]+ [\dA-F]+:[\dA-F]+ (?!0A|03|0C)[\dA-F]{2} /m;

/** The kernel lists first what listens; of a busy server it would take long to list all connections, and in vain. */
const listeners = (host: Host): Pick<Host, 'readFile'> => ({
  readFile: (path) => host.readUntil(path, (piece) => CONNECTION.test(piece)),
});

const portsOf = (sockets: readonly Socket[]): number[] =>
  [...new Set(sockets.map(({ port }) => port))].sort((a, b) => a - b);

function detailsOf(sockets: readonly Socket[], owners: ReadonlyMap<string, Owner>): Metrics[] {
  return sockets.slice(0, MOST_DETAILS).map(({ proto, source, dest, state, inode }) => {
    const owner = owners.get(inode);
    return { proto, source, dest, state, ...(owner && { pid: owner.pid, process: owner.process }) };
  });
}
