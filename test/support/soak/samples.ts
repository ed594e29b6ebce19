import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What one agent took at one moment. */
export interface Sample {
  readonly agent: string;
  /** Milliseconds since the soak began. */
  readonly at: number;
  /** Resident memory in bytes. */
  readonly memory: number;
  readonly fds: number;
  /** What keeps the event loop alive: timers, sockets, requests. */
  readonly handles: number;
  /** Seconds of processor time since its process began. */
  readonly cpu: number;
  /** Points that its store took since its process began. */
  readonly points: number;
  /** Bytes of each folder of its home. */
  readonly folders: ReadonlyMap<string, number>;
}

/** Ticks of /proc/PID/stat in a second. */
const TICKS = 100;
/** Places of the fields behind the name of the program, which may have blanks in it. */
const [USER_TIME, SYSTEM_TIME] = [11, 12];

/** Seconds of processor time that a process took so far. */
export function cpuOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME])) / TICKS;
}

export function memoryOf(pid: number): number {
  const [, kilobytes = ''] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
}

export const fdsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

/** Bytes in each folder below a home, as `data/kv`; what lies beside folders counts for the folder that it is in. */
export function foldersOf(home: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const entry of readdirSync(home, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const folder = relative(home, entry.parentPath).split('/').slice(0, 2).join('/');
    // A store removes files while it is looked at.
    const size = statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
    sizes.set(folder, (sizes.get(folder) ?? 0) + size);
  }
  return sizes;
}

/** The middle of some numbers; not a number of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return (low + high) / 2;
}

const MIB = 1_048_576;
const mib = (bytes: number) => (bytes / MIB).toFixed(1);
const size = (bytes: number) => (bytes < MIB ? `${Math.ceil(bytes / 1_024)}k` : `${mib(bytes)}M`);

/** A line for each agent and part of the soak, of so many milliseconds: the middle of its samples, the last sizes of folders. */
export function tableOf(samples: readonly Sample[], part: number): string {
  const rows = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = `${Math.floor(sample.at / part)} ${sample.agent}`;
    rows.set(key, [...(rows.get(key) ?? []), sample]);
  }
  const lines = [...rows].map(([key, some]) => {
    const [hour = '', agent = ''] = key.split(' ');
    const minute = ((Number(hour) * part) / 60_000).toFixed(1);
    const middle = (pick: (sample: Sample) => number) => median(some.map(pick));
    const folders = [...(some.at(-1)?.folders ?? [])].map(([name, bytes]) => `${name}=${size(bytes)}`).join(' ');
    const numbers = [mib(middle(({ memory }) => memory)), middle(({ fds }) => fds), middle(({ handles }) => handles)];
    return [hour, minute, agent, ...numbers, folders].join('\t');
  });
  return ['hour\tminute\tagent\tMiB\tfds\thandles\tfolders', ...lines].join('\n');
}
