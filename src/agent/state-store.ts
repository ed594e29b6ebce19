import { renameSync } from 'node:fs';
import { Level } from 'level';
import type { Clock } from '../base/clock.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Shelf } from '../base/shelf.ts';
import { writeAll } from '../base/write-all.ts';

const FLUSH_MS = 1_000;
const VERSION = 1;
/** Small: what is kept here is read once at start. */
const MEMORY = { cacheSize: 512 * 1024, writeBufferSize: 512 * 1024 };

interface Kept {
  readonly v: number;
  readonly value: unknown;
}

type Database = Level<string, Kept>;
type Change = { type: 'put'; key: string; value: Kept } | { type: 'del'; key: string };

/** Keeps what the parts of the agent want to find again after a restart: one database, a sublevel per part. */
export class StateStore implements AsyncDisposable {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #changes = new Map<string, Change>();
  #due: Disposable | undefined;
  #writing: Promise<void> = Promise.resolve();
  /** The next batch is to be on stable storage when it ends, and not only with the system. */
  #isSyncWanted: boolean = false;
  /** Why the last write failed; empty when it did not. */
  failure = '';

  private constructor(database: Database, clock: Clock, log: Logger) {
    this.#database = database;
    this.#clock = clock;
    this.#log = log;
  }

  /** Opens the database at `path`. A corrupt one is moved aside and begun anew; a locked one throws `already_exists`. */
  static async open(path: string, clock: Clock, log: Logger): Promise<StateStore> {
    try {
      return new StateStore(await openDatabase(path), clock, log);
    } catch (error) {
      if (causeCode(error) === 'LEVEL_LOCKED') {
        throw new OpsbroError('already_exists', `${path} is in use by another process`, { cause: error });
      }
      const aside = `${path}.corrupt-${Math.floor(clock.wall() / 1_000)}`;
      renameSync(path, aside);
      log.error(
        { aside, reason: messageOf(error) },
        'the state database cannot be read; it was set aside and begun anew',
      );
      return new StateStore(await openDatabase(path), clock, log);
    }
  }

  /** The shelf of one part. */
  shelf(part: string): Shelf {
    const prefix = `!${part}!`;
    return {
      load: async () => this.#load(prefix),
      put: (key, value) => this.#change({ type: 'put', key: prefix + key, value: { v: VERSION, value } }),
      delete: (key) => this.#change({ type: 'del', key: prefix + key }),
      flush: () => this.#flushSoon(),
      flushed: () => this.#flushSynced(),
    };
  }

  /** What a part put before is there, also when it was put just now. */
  async #load(prefix: string): Promise<Map<string, unknown>> {
    this.#writing = this.#writing.then(() => this.#flush());
    await this.#writing;
    const entries = await this.#database.iterator({ gte: prefix, lt: `${prefix}\uffff` }).all();
    return new Map(
      entries.filter(([, kept]) => kept.v === VERSION).map(([key, kept]) => [key.slice(prefix.length), kept.value]),
    );
  }

  #change(change: Change): void {
    this.#changes.set(change.key, change);
    this.#due ??= this.#clock.after(FLUSH_MS, () => this.#flushSoon());
  }

  #flushSoon(): void {
    this.#due?.[Symbol.dispose]();
    this.#due = undefined;
    this.#writing = this.#writing.then(() => this.#flush());
  }

  async #flushSynced(): Promise<void> {
    this.#isSyncWanted = true;
    this.#flushSoon();
    await this.#writing;
  }

  async #flush(): Promise<void> {
    const batch = [...this.#changes.values()];
    if (batch.length === 0) return;
    this.#changes.clear();
    const sync = this.#isSyncWanted;
    this.#isSyncWanted = false;
    try {
      await writeAll(this.#database, batch, { sync });
      this.failure = '';
    } catch (error) {
      for (const change of batch) if (!this.#changes.has(change.key)) this.#changes.set(change.key, change);
      if (this.failure === '')
        this.#log.error({ reason: messageOf(error) }, 'the state cannot be written; it is kept in memory');
      this.failure = messageOf(error);
    }
  }

  /** Writes what is waiting and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#due?.[Symbol.dispose]();
    await this.#writing;
    await this.#flush();
    await this.#database.close();
  }
}

async function openDatabase(path: string): Promise<Database> {
  const database: Database = new Level<string, Kept>(path, { valueEncoding: 'json', ...MEMORY });
  await database.open();
  return database;
}

function causeCode(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}
