/** The changes of the store, for those who wait for them. */
import type { Bus } from '../base/bus.ts';
import { type Clock, delay } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import type { AgentEvent } from '../model/event.ts';
import type { KvChange, KvStore } from '../model/kv.ts';
import { type ChangeEntry, entryOfChange, placeIn, type Wanted, wants } from './change-entry.ts';
import { Watcher } from './watcher.ts';

const PAGE = 1_000;
const MOST_ENTRIES = 1_000;
const MOST_BYTES = 1_048_576;
const MOST_WAITING = 1_000;
/** What comes so soon after the first change goes along with it. */
const COLLECT_MS = 10;

interface Options {
  readonly store: KvStore;
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  /** Differs at each start of the agent. */
  readonly boot: string;
}

/** What a reader knows and wants. */
export interface Reading extends Wanted {
  /** Where it has read to. */
  readonly index: string;
  /** How long it would wait for a change. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** The changes behind a place. */
export interface ChangePage {
  /** Where to read on. */
  readonly index: string;
  readonly changes: readonly ChangeEntry[];
  /** There are more already. */
  readonly isCut: boolean;
}

/** A part of the log: those of its changes that are wanted, and how far it goes. */
interface Scan {
  readonly changes: readonly KvChange[];
  readonly at: number;
}

/** Lets any number of readers follow the changes of the store. Disposing of it ends their waits with `stopping`. */
export class ChangeFeed implements Disposable {
  readonly #options: Options;
  readonly #watchers = new Set<Watcher>();
  readonly #listener: Disposable;

  constructor(options: Options) {
    this.#options = options;
    this.#listener = options.bus.on('kv-change', (change) => {
      for (const watcher of this.#watchers) watcher.hear(change);
    });
  }

  /** The place behind everything that has happened. */
  get index(): string {
    return this.placeOf(this.#options.store.stats().index);
  }

  /** The place of a change, as readers are told of it. */
  placeOf(index: number): string {
    return this.#places.write(index);
  }

  /** The change as readers are told of it. */
  entryOf(change: KvChange): ChangeEntry {
    return entryOfChange(change, this.placeOf(change.index));
  }

  /**
   * The changes behind a place, at once if there are some, else as soon as one comes or the time is over. Rejects with `index_gone` when the
   * place is of another start of the agent or changes behind it are not kept any more, with `overloaded` when too many wait already.
   */
  async read(reading: Reading): Promise<ChangePage> {
    if (this.#watchers.size >= MOST_WAITING) {
      throw new OpsbroError('overloaded', `${MOST_WAITING} readers wait for changes already; try again in a second`);
    }
    const { clock } = this.#options;
    const watcher = new Watcher(clock, (change) => wants(reading, change));
    this.#watchers.add(watcher);
    try {
      return await this.#follow(this.#places.read(reading.index), reading, watcher);
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  /** The last changes of a key that are kept, oldest first. */
  async history(key: string, limit: number): Promise<readonly ChangeEntry[]> {
    const changes = await this.#options.store.history?.(key, limit);
    return (changes ?? []).map((change) => this.entryOf(change));
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]();
    for (const watcher of this.#watchers) watcher.end();
  }

  get #places() {
    const { store, boot } = this.#options;
    const { index, indexScope } = store.stats();
    return placeIn({ boot, last: index, scope: indexScope });
  }

  async #follow(from: number, reading: Reading, watcher: Watcher): Promise<ChangePage> {
    const { clock } = this.#options;
    const until = clock.now() + reading.waitMs;
    let at = from;
    for (;;) {
      watcher.rewind(at);
      const scan = await this.#scan(at, reading);
      if (scan.changes.length > 0) return await this.#paged(scan, reading);
      at = Math.max(scan.at, watcher.passed);
      const left = until - clock.now();
      if (left <= 0 || !(await watcher.news(left, reading.signal))) {
        return { index: this.placeOf(Math.max(at, watcher.passed)), changes: [], isCut: false };
      }
      await delay(clock, COLLECT_MS);
    }
  }

  async #scan(from: number, wanted: Wanted): Promise<Scan> {
    const changes: KvChange[] = [];
    let at = from;
    for (;;) {
      const page = await this.#options.store.changes(at, PAGE);
      changes.push(...page.filter((change) => wants(wanted, change)));
      at = page.at(-1)?.index ?? at;
      if (page.length < PAGE || changes.length > MOST_ENTRIES) return { changes, at };
    }
  }

  /** No more of them than fit into one answer. */
  async #paged({ changes, at }: Scan, { withValues }: Reading): Promise<ChangePage> {
    const entries: ChangeEntry[] = [];
    const { write } = this.#places;
    let bytes = 0;
    for (const change of changes.slice(0, MOST_ENTRIES)) {
      const plain = entryOfChange(change, write(change.index));
      const entry = withValues && change.op === 'put' ? await this.#withValue(plain) : plain;
      bytes += 200 + entry.key.length + (entry.value?.length ?? 0);
      if (entries.length > 0 && bytes > MOST_BYTES) break;
      entries.push(entry);
    }
    const last = entries.at(-1);
    if (last === undefined || entries.length === changes.length) {
      return { index: this.placeOf(at), changes: entries, isCut: false };
    }
    return { index: last.index, changes: entries, isCut: true };
  }

  /** The value is left out when the key has another one by now: a later change tells of that. */
  async #withValue(entry: ChangeEntry): Promise<ChangeEntry> {
    const found = await this.#options.store.get(entry.key);
    if (found?.version !== entry.version) return entry;
    return { ...entry, value: Buffer.from(found.value).toString('base64') };
  }
}
