import type { ModuleJson } from './schemas/inside.ts';

/** A part of the agent as it is at work. */
export interface InsidePartRecord {
  readonly name: string;
  readonly state: 'ok' | 'error';
  readonly restarts: number;
  readonly lastError: string;
  readonly timers: number;
  readonly busyMs: number;
}

/** What a hosting driver says of this machine. */
export interface HostingRecord {
  readonly name: string;
  readonly isActive: boolean;
  readonly uniqueId?: string;
  readonly localAddress?: string;
  readonly publicAddress?: string;
  readonly reason: string;
}

type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

/** The agent from within, for those who look for what is wrong with it. */
export interface InsidePart {
  /** Parts whose log can be followed. */
  logParts(): readonly string[];
  /** Tells every line of a part from a level on, as it is written, until disposed of. */
  followLog(part: string, level: LogLevel, take: (line: string) => void): Disposable;
  /** What the agent is made of, by name. */
  parts(): readonly InsidePartRecord[];
  /** What can be switched on and off, by name. */
  modules(): ReadonlyMap<string, ModuleJson>;
  /** The hosting drivers in the order they are asked. */
  hosting(): readonly HostingRecord[];
  /** The routes below `/debug` are to be there. */
  isDebugShown(): boolean;
  /** Counters, queues and states of all parts, without secrets. */
  state(): Readonly<Record<string, unknown>>;
}
