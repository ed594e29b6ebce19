import type { Clock } from '../base/clock.ts';

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

/** The machine and its network as plugins see them. Tests pass their own. Failures of the system are thrown with its code (`ENOENT`). */
export interface Host {
  readonly clock: Clock;
  /** The text of a file; one longer than 16 MiB fails with `EFBIG`. */
  readFile(path: string): Promise<string>;
  readdir(path: string): Promise<string[]>;
  /** Whether something is there, of whatever kind. */
  exists(path: string): Promise<boolean>;
  /** The space of the file system at `path`. Does not hang on a dead mount: fails with `ETIMEDOUT` after 2 s. */
  statfs(path: string): Promise<FileSystemSpace>;
  /** Runs a command in a process group of its own. Throws with `ENOENT` or `EACCES` when it cannot be started. */
  run(command: Command, signal: AbortSignal): Promise<Ended>;
  facts(): Promise<HostFacts>;
  interfaces(): readonly InterfaceAddress[];
}
