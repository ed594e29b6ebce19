import { join } from 'node:path';
import { readSmallFile, writeSmallFile } from './small-file.ts';

/** The doors of an agent, by the names they have in `ports.json`. */
export type Door = 'gossip' | 'peer' | 'http' | 'websocket' | 'dns' | 'mob' | 'statsd' | 'graphite' | 'pickle';

/** Which ports are really bound, for those who come from outside; and which were last time, so that a free port stays the same. */
export class PortsFile {
  readonly #path: string;
  readonly #before: ReadonlyMap<string, number>;
  readonly #bound = new Map<Door, number>();

  constructor(data: string) {
    this.#path = join(data, 'ports.json');
    this.#before = portsIn(readSmallFile(this.#path) ?? '{}');
  }

  /** The port to try first: the configured one, or for 0 the one it had before, in this run or the last, if any. */
  wanted(door: Door, configured: number): number {
    return configured === 0 ? (this.#bound.get(door) ?? this.#before.get(door) ?? 0) : configured;
  }

  /**
   * Opens a door: at the configured port, or for 0 at the one of last time while that is free, else at any. Notes the port in the file.
   */
  async listen<T extends { readonly port: number }>(
    door: Door,
    configured: number,
    listen: (port: number) => Promise<T>,
  ): Promise<T> {
    const wanted = this.wanted(door, configured);
    const opened = await listen(wanted).catch((error: unknown) => {
      if (wanted === configured) throw error;
      return listen(configured);
    });
    this.note(door, opened.port);
    return opened;
  }

  /** A door is closed. */
  forget(door: Door): void {
    if (this.#bound.delete(door)) this.#write();
  }

  /** Notes a bound port and writes the file. */
  note(door: Door, port: number): void {
    if (this.#bound.get(door) === port) return;
    this.#bound.set(door, port);
    this.#write();
  }

  /** By door, the port that is bound. */
  all(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#bound);
  }

  #write(): void {
    writeSmallFile(this.#path, `${JSON.stringify(this.all())}\n`);
  }
}

function portsIn(text: string): Map<string, number> {
  try {
    const ports = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return new Map(ports.filter((entry): entry is [string, number] => isPort(entry[1])));
  } catch {
    // A damaged file costs no more than the ports of last time.
    return new Map();
  }
}

const isPort = (value: unknown): boolean => Number.isInteger(value) && Number(value) > 0 && Number(value) <= 65_535;
