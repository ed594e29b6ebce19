import type { Clock } from '../base/clock.ts';
import type { SelfFacts } from '../model/self.ts';
import type { Connection } from './tcp.ts';

/** A command to run: a program and its arguments, never a line for a shell. */
export interface Command {
  readonly argv: readonly [string, ...string[]];
  /** The whole environment; nothing is inherited. A plain search path and C.UTF-8 when left out. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds until the whole process group is ended. */
  readonly timeoutMs: number;
  /** Bytes kept of each stream; the rest is read and thrown away. */
  readonly outputCap?: number;
  /** What it reads from its standard input; nothing when left out. */
  readonly input?: string;
  /** What it writes to file descriptor 3 is kept too. */
  readonly hasReports?: boolean;
}

/** How a command ended. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** `null` when a signal ended it. */
  readonly exit: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  /** A stream was longer than the cap. */
  readonly cut: boolean;
  /** What came on file descriptor 3, where that was wanted. */
  readonly reports?: string;
}

/** Space of a mounted file system, in bytes. */
export interface FileSystemSpace {
  readonly blockSize: number;
  readonly blocks: number;
  readonly blocksFree: number;
  readonly blocksAvailable: number;
  readonly files: number;
  readonly filesFree: number;
}

/** Who and what this machine and this process are. */
export interface HostFacts {
  readonly hostname: string;
  readonly fqdn: string;
  readonly architecture: string;
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  /** What the host name resolves to on this machine; empty when it resolves to nothing. */
  readonly addresses: readonly string[];
  readonly timezone: Timezone;
}

/** The local time of this machine. */
export interface Timezone {
  /** Such as `Europe/Paris`; `UTC` when the machine does not say. */
  readonly name: string;
  /** What is in force now, such as `CEST`. */
  readonly abbreviation: string;
  /** Seconds that local time is ahead of UTC now. */
  readonly offsetS: number;
}

/** An address of a network interface. */
export interface InterfaceAddress {
  readonly name: string;
  readonly address: string;
  readonly netmask: string;
  readonly family: 4 | 6;
  readonly mac: string;
  readonly internal: boolean;
}

/** What is at a path. */
export interface FileStatus {
  /** What it is, or where it is a link, what that leads to. */
  readonly kind: 'file' | 'directory' | 'device' | 'pipe' | 'socket' | 'nothing';
  readonly isLink: boolean;
  /** Bytes of a file; 0 for most files of the kernel. */
  readonly bytes: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly modifiedMs: number;
  /** Id of the user it belongs to. */
  readonly owner: number;
  /** Who may do what with it, such as 0o755. */
  readonly mode: number;
  /** Only owners may rename or delete what is in it. */
  readonly isSticky: boolean;
}

/** A port of a machine. */
interface PortPlace {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  readonly socketPath?: undefined;
}

/** A unix socket of this machine. */
interface SocketPlace {
  readonly socketPath: string;
}

/** Where to connect to, and within which limits. */
export type ConnectTarget = (PortPlace | SocketPlace) & {
  /** Milliseconds until it is given up, looking up the name included. */
  readonly timeoutMs: number;
  /** Bytes that may come; more end the connection. */
  readonly receiveCap: number;
  /** Over TLS, and how the other side is known. */
  readonly tls?: TlsTrust;
  /** Only addresses of this family are connected to. */
  readonly family?: 4 | 6;
  /** Addresses of the link and of a cloud's metadata fail with `forbidden` before they are connected to. */
  readonly isShielded?: boolean;
};

/** How the other side of a connection over TLS is known, and we to it. */
export interface TlsTrust {
  /** `false`: whoever answers is believed. */
  readonly verify?: boolean;
  /** Certificates of authorities (PEM) that count instead of the system's. */
  readonly ca?: string;
  /** Our own certificate and its key (PEM). */
  readonly cert?: string;
  readonly key?: string;
  /** The name that is asked for and has to be in the certificate; that of the host when left out. */
  readonly serverName?: string;
}

/** The certificate that the other side showed. */
export interface ShownCertificate {
  /** Epoch milliseconds of its end. */
  readonly validTo: number;
}

/** A request to a page. */
export interface FetchRequest {
  /** `http://` or `https://`. */
  readonly url: string;
  /** GET when left out. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** A unix socket to ask instead of the host in the address. */
  readonly socketPath?: string;
  /** Milliseconds until the last byte of the answer. */
  readonly timeoutMs: number;
  /** Bytes that the body of the answer may have. */
  readonly maxBytes: number;
  /** A longer body is cut instead of being an error; what follows is not read. */
  readonly isCutting?: boolean;
  readonly tls?: TlsTrust;
  /** Address to connect to instead of that of the host's name. */
  readonly address?: string;
  /** Only addresses of this family are connected to. */
  readonly family?: 4 | 6;
  /** Addresses of the link and of a cloud's metadata fail with `forbidden` before they are connected to. */
  readonly isShielded?: boolean;
  /** Told when the connection stands (with TLS: is secured), and when the answer begins. */
  onPhase?(phase: 'connected' | 'answered'): void;
}

/** The whole answer to a request, whatever its status. */
export interface FetchAnswer {
  readonly status: number;
  /** By names in lower case; several of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The first line, such as `HTTP/1.1 200 OK`; left out where it is not known. */
  readonly statusLine?: string;
  /** Bytes of the answer, head included, as far as they were read; left out where it is not known. */
  readonly bytes?: number;
  /** Over TLS only. */
  readonly certificate?: ShownCertificate;
}

/** The machine and its network as plugins see them. Tests pass their own. Failures of the system are thrown with its code (`ENOENT`). */
export interface Host {
  readonly clock: Clock;
  /** The text of a file; one longer than 16 MiB fails with `EFBIG`. */
  readFile(path: string): Promise<string>;
  /** The beginning of a file, read piece by piece until one of them is enough or the file ends; one longer than 16 MiB fails with `EFBIG`. */
  readUntil(path: string, isEnough: (piece: string) => boolean): Promise<string>;
  /** The names in a directory; no more than `most`, of which it is not said which, and without reading the others. */
  readdir(path: string, most?: number): Promise<string[]>;
  /** Whether something is there, of whatever kind. */
  exists(path: string): Promise<boolean>;
  /** What is there. Fails with `ENOENT` when there is nothing, not even a link that leads nowhere. */
  stat(path: string): Promise<FileStatus>;
  /** Where a link leads, as it is written. Fails with `EINVAL` for what is no link. */
  readlink(path: string): Promise<string>;
  /** The hash of a file as hexadecimal digits. A file above 1 GiB fails with `EFBIG`, what is no regular file with `EINVAL`. */
  hashFile(path: string, algorithm: string, signal: AbortSignal): Promise<string>;
  /** The space of the file system at `path`. Does not hang on a dead mount: fails with `ETIMEDOUT` after 2 s. */
  statfs(path: string): Promise<FileSystemSpace>;
  /** Runs a command in a process group of its own. Throws with `ENOENT` or `EACCES` when it cannot be started. */
  run(command: Command, signal: AbortSignal): Promise<Ended>;
  /** Connects by TCP or to a unix socket. Fails with the system's code, `ENOTFOUND`, or `ETIMEDOUT`. The connection ends when the signal aborts. */
  connect(to: ConnectTarget, signal: AbortSignal): Promise<Connection>;
  /** Sends a request of HTTP and reads the whole answer. Fails with the system's code, `ENOTFOUND`, `ETIMEDOUT` or `too_large`. */
  fetch(request: FetchRequest, signal: AbortSignal): Promise<FetchAnswer>;
  /** The addresses of a name, IPv4 first; empty when it has none. */
  addressesOf(name: string, signal: AbortSignal): Promise<readonly string[]>;
  /** The names of an address, the usual one first; empty when it has none. */
  namesOf(address: string, signal: AbortSignal): Promise<readonly string[]>;
  facts(): Promise<HostFacts>;
  interfaces(): readonly InterfaceAddress[];
  /** What the agent knows of itself; `undefined` where none runs. */
  self(): SelfFacts | undefined;
}
