/** The changes of the store, for those who wait for them. */
import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import { NOTHING_OPEN } from '../base/disposal.ts';
import type { AgentEvent } from '../model/event.ts';
import type { KvChange, KvStats, KvStore } from '../model/kv.ts';
import { type ChangeEntry, entryOfChange, placeGone, placeIn, type Wanted, wants } from './change-entry.ts';
import { ChangeReaders, type Scan } from './change-readers.ts';

const MOST_ENTRIES = 1_000;
const MOST_BYTES = 1_048_576;

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

/** Lets any number of readers follow the changes of the store. Disposing of it ends their waits with `stopping`. */
export class ChangeFeed implements Disposable {
  readonly #options: Options;
  readonly #readers: ChangeReaders;
  readonly #listener: Disposable;
  #log: string;

  constructor(options: Options) {
    const { store, bus, clock } = options;
    this.#options = options;
    this.#readers = new ChangeReaders(store, clock);
    this.#log = this.#logNow;
    this.#listener = bus.on('kv-change', (change) => this.#hear(change));
  }

  /** The place behind everything that has happened. */
  get index(): string {
    return this.placeOf(this.#stats.index);
  }

  /** The place behind everything that has happened, from where on a reader of keys that begin with this misses nothing. */
  async begin(prefix: string): Promise<string> {
    using _attended = await this.attend(prefix);
    return this.index;
  }

  /** Somebody who is not in a `read` follows keys that begin with this, until it is disposed of. */
  async attend(prefix: string): Promise<Disposable> {
    const attended = await this.#options.store.attend?.(prefix);
    this.#lookAtLog();
    return attended ?? NOTHING_OPEN;
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
   * place is of another start of the agent, no change has that place yet, or changes behind it are not kept any more; with `overloaded`
   * when too many wait already.
   */
  async read(reading: Reading): Promise<ChangePage> {
    using _attended = await this.attend(reading.key ?? reading.prefix ?? '');
    const { waitMs, signal } = reading;
    const from = this.#places.read(reading.index);
    if (from > this.#stats.index && !((await this.#options.store.reaches?.(from)) ?? true))
      throw placeGone(`"${reading.index}" is behind the last change`);
    const wanted = (change: KvChange) => wants(reading, change);
    const scan = await this.#readers.follow({ from, waitMs, signal, most: MOST_ENTRIES, wants: wanted });
    return await this.#paged(scan, reading);
  }

  /** The last changes of a key that are kept, oldest first. */
  async history(key: string, limit: number): Promise<readonly ChangeEntry[]> {
    const changes = await this.#options.store.history?.(key, limit);
    // Their numbers are those of this node's own log, whichever is followed now.
    const { index, indexScope } = this.#stats;
    const { write } = placeIn({ boot: this.#options.boot, last: index, scope: indexScope });
    return (changes ?? []).map((change) => entryOfChange(change, write(change.index)));
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]();
    this.#readers[Symbol.dispose]();
  }

  get #stats(): KvStats {
    return this.#options.store.stats();
  }

  get #logNow(): string {
    return this.#stats.indexLog ?? this.#options.boot;
  }

  get #places() {
    const { index, indexScope } = this.#stats;
    return placeIn({ boot: this.#logNow, last: index, scope: indexScope });
  }

  #hear(change: KvChange): void {
    if (this.#readers.isIdle) return;
    this.#lookAtLog();
    this.#readers.hear(change);
  }

  /** Numbers of one log mean nothing in another. */
  #lookAtLog(): void {
    const log = this.#logNow;
    if (log === this.#log) return;
    this.#log = log;
    this.#readers.end(placeGone('the changes are counted anew'));
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
