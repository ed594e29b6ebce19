import type { Clock } from '../../base/clock.ts';
import { OpsbroError } from '../../base/errors.ts';
import type {
  KvChange,
  KvDeleted,
  KvEntry,
  KvGetOptions,
  KvPage,
  KvPutOptions,
  KvRestored,
  KvRestoring,
  KvSelection,
  KvStats,
  KvStore,
  KvWritten,
} from '../../model/kv.ts';
import type { EngineContext } from '../../plugins/kinds.ts';
import { isReserved } from '../key-rules.ts';
import { entryOf } from './about.ts';
import type { Gateway } from './gateway.ts';
import { LiveWatch } from './live-watch.ts';
import { Past } from './past.ts';
import { Places } from './places.ts';
import { rangeOf, revisionOf, type Transacted, transactedOf } from './wire.ts';
import { Writer } from './writer.ts';

const MAX_PAGE = 10_000;
/** Two operations a key; etcd takes 128 in one transaction. */
const KEYS_AT_ONCE = 32;
const MAX_PAGE_BYTES = 8_388_608;
const COUNT_MS = 60_000;

/** Keeps keys in an etcd cluster. Reads see every write that was acknowledged before, unless a single copy will do. */
export class EtcdStore implements KvStore {
  readonly #gateway: Gateway;
  readonly #clock: Clock;
  readonly #places: Places;
  readonly #writer: Writer;
  readonly #watch: LiveWatch;
  readonly #past: Past;
  #revision = 0;
  #records = 0;
  #countedAt = Number.NEGATIVE_INFINITY;
  #phase: 'open' | 'closed' = 'open';

  private constructor(gateway: Gateway, prefix: string, { clock, log, onChange }: EngineContext) {
    this.#gateway = gateway;
    this.#clock = clock;
    this.#places = new Places(prefix);
    const places = this.#places;
    this.#writer = new Writer({ clock, places, call: (path, body, sending) => this.#call(path, body, sending) });
    this.#past = new Past({ gateway, places });
    const onRevision = (revision: number) => this.#see(revision);
    this.#watch = new LiveWatch({ gateway, places, clock, log, onChange, onRevision });
  }

  /** Opens it whether etcd answers or not: until it does, requests fail with `quorum`. */
  static async open(gateway: Gateway, prefix: string, context: EngineContext): Promise<EtcdStore> {
    const store = new EtcdStore(gateway, prefix, context);
    await store.#watch.start();
    return store;
  }

  async get(key: string, { copies }: KvGetOptions = {}): Promise<KvEntry | undefined> {
    this.#checkOpen();
    const [entry] = await this.#read([key], copies === 1 ? 'one' : 'all');
    return entry;
  }

  async put(key: string, value: Uint8Array, options: KvPutOptions = {}): Promise<KvWritten> {
    this.#checkOpen();
    return await this.#writer.put(key, value, options);
  }

  async delete(key: string, { cas }: Pick<KvPutOptions, 'cas'> = {}): Promise<KvDeleted> {
    this.#checkOpen();
    return await this.#writer.delete(key, cas);
  }

  async restore(entry: KvEntry, over: KvRestoring): Promise<KvRestored> {
    this.#checkOpen();
    return await this.#writer.restore(entry, over);
  }

  async keys(selection: KvSelection = {}): Promise<KvPage<string>> {
    const { limit = MAX_PAGE, include = 'public' } = selection;
    const items: string[] = [];
    for await (const key of this.#allKeys(selection, limit + 1)) {
      if (include === 'public' && isReserved(key)) continue;
      if (items.length === limit) return { items, next: items.at(-1) };
      items.push(key);
    }
    return { items, next: undefined };
  }

  async entries(selection: KvSelection = {}): Promise<KvPage<KvEntry>> {
    const { items: keys, next } = await this.keys(selection);
    const items: KvEntry[] = [];
    let bytes = 0;
    for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
      for (const entry of await this.#read(keys.slice(at, at + KEYS_AT_ONCE), 'all')) {
        if (entry === undefined) continue;
        bytes += entry.value.length;
        if (items.length > 0 && bytes > MAX_PAGE_BYTES) return { items, next: items.at(-1)?.key };
        items.push(entry);
      }
    }
    return { items, next };
  }

  async changes(index: number, limit: number): Promise<readonly KvChange[]> {
    this.#checkOpen();
    return this.#watch.kept(index, limit) ?? (await this.#past.changes(index, limit));
  }

  async reaches(index: number): Promise<boolean> {
    this.#checkOpen();
    // An etcd that was restored or begun anew counts from further back.
    if (index > this.#revision) await this.#call('kv/range', { ...this.#places.values(''), count_only: true }, 'again');
    return index <= this.#revision;
  }

  async history(key: string, limit: number): Promise<readonly KvChange[]> {
    this.#checkOpen();
    return await this.#past.history(key, limit);
  }

  stats(): KvStats {
    this.#countSoon();
    const { error } = this.#watch;
    return {
      engine: 'etcd',
      state: error === '' ? 'ok' : 'failed',
      error: error === '' ? '' : `etcd is not reached: ${error}`,
      records: this.#records,
      bytes: 0,
      quarantined: 0,
      index: this.#revision,
      indexScope: 'everywhere',
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#phase = 'closed';
    this.#watch[Symbol.dispose]();
    await this.#writer.idle();
    this.#gateway[Symbol.dispose]();
  }

  async *#allKeys({ prefix = '', after }: KvSelection, size: number): AsyncGenerator<string> {
    let last = after;
    for (let hasMore = true; hasMore; ) {
      const asked = { ...this.#places.values(prefix, last), keys_only: true, limit: String(size) };
      const range = rangeOf(await this.#call('kv/range', asked, 'again'));
      const keys = range.stored.flatMap(({ key }) => this.#places.keyOf(key) ?? []);
      yield* keys;
      last = keys.at(-1);
      hasMore = range.hasMore && last !== undefined;
    }
  }

  async #read(keys: readonly string[], from: 'one' | 'all'): Promise<readonly (KvEntry | undefined)[]> {
    const serializable = from === 'one' ? { serializable: true } : {};
    const success = keys.flatMap((key) => [
      { request_range: { key: this.#places.value(key), ...serializable } },
      { request_range: { key: this.#places.about(key), ...serializable } },
    ]);
    const { ranges } = await this.#transact({ success });
    const now = this.#clock.wall();
    return keys.map((key, at) => entryOf(key, ranges[2 * at]?.stored[0], ranges[2 * at + 1]?.stored[0], now));
  }

  async #transact(body: object): Promise<Transacted> {
    return transactedOf(await this.#call('kv/txn', body, 'again'));
  }

  async #call(path: string, body: object, sending: 'again' | 'once'): Promise<unknown> {
    const answer = await this.#gateway.call(path, body, sending);
    this.#see(revisionOf(answer));
    return answer;
  }

  #see(revision: number): void {
    this.#revision = Math.max(this.#revision, revision);
  }

  /** The number of keys is asked for now and then, by who looks at it. */
  #countSoon(): void {
    const now = this.#clock.now();
    if (this.#phase === 'closed' || now - this.#countedAt < COUNT_MS) return;
    this.#countedAt = now;
    const range = { ...this.#places.values(''), count_only: true };
    this.#call('kv/range', range, 'again').then(
      (answer) => {
        this.#records = rangeOf(answer).count;
      },
      // It is asked for again soon, and who writes is told why that is not possible.
      () => undefined,
    );
  }

  #checkOpen(): void {
    if (this.#phase === 'closed') throw new OpsbroError('stopping', 'the agent is stopping');
  }
}
