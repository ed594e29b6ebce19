import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { messageOf, systemCode } from '../base/errors.ts';
import type { Home } from '../base/home.ts';
import { LEVELS } from '../model/pack.ts';

/** After this time without a further change, files are taken to be written completely. */
const QUIET_MS = 500;

/** What watching works with. */
export interface Watched {
  readonly directories: readonly string[];
  readonly clock: Clock;
  /** Called once after changes that follow each other closely. */
  changed(): void;
  /** Told why a directory is not watched. */
  failed(reason: string): void;
}

/** Where people write what an agent of this home works by. */
export const watchedDirectories = ({ config, data, shipped }: Home): readonly string[] => [
  config,
  ...LEVELS.map((level) => join(data, `${level}-configuration`)),
  shipped,
];

/** Watches directories with all below them. One that is not there is left out until `look` finds it. */
export class FileWatch implements Disposable {
  readonly #watched: Watched;
  readonly #watchers = new Map<string, FSWatcher>();
  #pending: Disposable | undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
    this.look();
  }

  /** Watches what was not there before. */
  look(): void {
    for (const directory of this.#watched.directories) if (!this.#watchers.has(directory)) this.#open(directory);
  }

  [Symbol.dispose](): void {
    this.#pending?.[Symbol.dispose]();
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #open(directory: string): void {
    // Newer versions of Node watch what is not there without a word, and do not see it come.
    if (!existsSync(directory)) return;
    try {
      const watcher = watch(directory, { recursive: true, persistent: false }, (_, name) => this.#note(name));
      watcher.on('error', (error) => this.#giveUp(directory, error));
      this.#watchers.set(directory, watcher);
    } catch (error) {
      this.#giveUp(directory, error);
    }
  }

  #note(name: string | null): void {
    if (name !== null && isLeftover(name)) return;
    this.#pending?.[Symbol.dispose]();
    this.#pending = this.#watched.clock.after(QUIET_MS, () => {
      this.#pending = undefined;
      this.#watched.changed();
    });
  }

  #giveUp(directory: string, error: unknown): void {
    this.#watchers.get(directory)?.close();
    this.#watchers.delete(directory);
    if (systemCode(error) !== 'ENOENT') this.#watched.failed(`${directory} is not watched: ${messageOf(error)}`);
  }
}

/** What editors put beside a file while they write it is of no interest. */
const isLeftover = (name: string): boolean => /^\.|~$|\.(?:sw[a-z]|tmp|bak)$|^\d+$/.test(basename(name));
