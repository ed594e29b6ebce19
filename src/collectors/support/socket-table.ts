import { ipText } from '../../base/ip.ts';

/** A socket that waits for others. */
export interface Socket {
  /** `tcp`, `tcp6`, `udp` or `udp6`. */
  readonly proto: string;
  /** Address and port it waits at, such as `0.0.0.0:22` or `[::]:22`. */
  readonly source: string;
  readonly dest: string;
  readonly state: 'LISTEN' | 'UNCONN';
  readonly port: number;
  readonly inode: string;
}

/** States of the kernel's table: listening, and of UDP that without a fixed other side. */
const WAITING: ReadonlyMap<string, Socket['state']> = new Map([
  ['0A', 'LISTEN'],
  ['07', 'UNCONN'],
]);

/** The sockets of a file such as `/proc/net/tcp` that wait for others; connections and broken lines are passed over. */
export function parseSockets(proto: string, table: string): Socket[] {
  const wanted = proto.startsWith('tcp') ? '0A' : '07';
  const sockets: Socket[] = [];
  for (const line of table.split('\n')) {
    // A busy server has many thousands of lines that are connections.
    if (!line.includes(` ${wanted} `)) continue;
    const [, local = '', remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
    const [source, dest, name] = [endOf(local), endOf(remote), WAITING.get(state)];
    if (state !== wanted || !source || !dest || !name || !/^\d+$/.test(inode)) continue;
    sockets.push({ proto, source: source.text, dest: dest.text, state: name, port: source.port, inode });
  }
  return sockets;
}

const END = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/;

/** An address and port as the kernel writes them: words of 32 bits in the order of the machine, which is little-endian wherever we run. */
function endOf(written: string): { readonly text: string; readonly port: number } | undefined {
  const [, hex, portHex = ''] = END.exec(written) ?? [];
  if (hex === undefined) return undefined;
  const bytes = Buffer.from(hex, 'hex').swap32();
  const port = Number.parseInt(portHex, 16);
  const address = ipText(bytes) ?? '';
  const shownPort = port === 0 ? '*' : String(port);
  return { text: address.includes(':') ? `[${address}]:${shownPort}` : `${address}:${shownPort}`, port };
}
