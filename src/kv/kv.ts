import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import { NOTHING_OPEN } from '../base/disposal.ts';
import { OpsbroError } from '../base/errors.ts';
import type { AgentEvent } from '../model/event.ts';
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
  KvWhere,
  KvWritten,
} from '../model/kv.ts';
import type { Engine, EngineContext } from '../plugins/kinds.ts';
import { Registry } from '../plugins/registry.ts';
import { checkKey, checkTtl, isReserved } from './key-rules.ts';
import { putBack } from './put-back.ts';

// The key-value store of this node: what a key and a value may be, before any engine is asked.

const DEFAULT_MAX_VALUE = 1_048_576;
const MAX_PAGE = 10_000;
const MAX_IN_FLIGHT = 512;

/** The `kv` map of the configuration; what is not named here are options of the engine. */
export interface KvSettings {
  readonly engine?: string;
  /** Bytes of the largest value. */
  readonly max_value?: number;
  readonly [option: string]: unknown;
}

interface Setting extends Omit<EngineContext, 'onChange'> {
  readonly bus: Bus<AgentEvent>;
  readonly settings?: KvSettings;
}

/**
 * Opens the key-value store of this node; changes are told on the bus as `kv-change`. Fails with `not_found` for an unknown engine, with
 * `invalid_config` for wrong options, with `store_failed` when the store cannot be opened.
 */
export async function openKv({ bus, settings = {}, ...context }: Setting): Promise<KvStore> {
  const engines = await new Registry<Engine>('engine').addFrom(new URL('../kv/engines/', import.meta.url));
  const open = engines.get(settings.engine ?? 'level').configure(settings);
  const store = await open({
    ...context,
    onChange: (change) => bus.emit({ type: 'kv-change', ...change }),
  });
  return new Kv(store, settings.max_value ?? DEFAULT_MAX_VALUE, context.clock);
}

/** A store as the public sees it: checked keys and values, reserved keys only to read, a bounded number of requests at a time. */
class Kv implements KvStore {
  readonly #store: KvStore;
  readonly #maxValue: number;
  readonly #clock: Clock;
  #inFlight = 0;

  constructor(store: KvStore, maxValue: number, clock: Clock) {
    this.#store = store;
    this.#maxValue = maxValue;
    this.#clock = clock;
  }

  async get(key: string, options: KvGetOptions = {}): Promise<KvEntry | undefined> {
    checkKey(key);
    return await this.#bounded(() => this.#store.get(key, options));
  }

  async put(key: string, value: Uint8Array, options: KvPutOptions = {}): Promise<KvWritten> {
    checkWritable(key, options);
    if (options.ttl !== undefined) checkTtl(options.ttl);
    this.#checkLength(value);
    return await this.#bounded(() => this.#store.put(key, value, options));
  }

  async delete(key: string, options: Omit<KvPutOptions, 'ttl'> = {}): Promise<KvDeleted> {
    checkWritable(key, options);
    return await this.#bounded(() => this.#store.delete(key, options));
  }

  async keys(selection: KvSelection = {}): Promise<KvPage<string>> {
    checkSelection(selection);
    return await this.#bounded(() => this.#store.keys(selection));
  }

  async entries(selection: KvSelection = {}): Promise<KvPage<KvEntry>> {
    checkSelection(selection);
    return await this.#bounded(() => this.#store.entries(selection));
  }

  async restore(entry: KvEntry, over: KvRestoring): Promise<KvRestored> {
    checkWritable(entry.key, {});
    this.#checkLength(entry.value);
    return await this.#bounded(async () => {
      if (this.#store.restore) return await this.#store.restore(entry, over);
      return await putBack(this.#store, entry, over, this.#clock.wall());
    });
  }

  changes(index: number, limit: number) {
    return this.#store.changes(index, limit);
  }

  async reaches(index: number): Promise<boolean> {
    return (await this.#store.reaches?.(index)) ?? true;
  }

  async attend(prefix: string): Promise<Disposable> {
    return (await this.#store.attend?.(prefix)) ?? NOTHING_OPEN;
  }

  async history(key: string, limit: number): Promise<readonly KvChange[]> {
    checkKey(key);
    if (this.#store.history === undefined) throw cannot('look up the changes of a key');
    return await this.#store.history(key, limit);
  }

  async where(key: string): Promise<KvWhere> {
    checkKey(key);
    if (this.#store.where === undefined) throw cannot('tell where a key is: it shares none');
    return await this.#store.where(key);
  }

  sync(nodes?: readonly string[]): void {
    if (this.#store.sync === undefined) throw cannot('compare itself with others: it shares no keys');
    this.#store.sync(nodes);
  }

  async reopen(): Promise<void> {
    if (this.#store.reopen === undefined) throw cannot('be opened again: it is none of this node');
    await this.#store.reopen();
  }

  stats(): KvStats {
    return this.#store.stats();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }

  #checkLength({ length }: Uint8Array): void {
    if (length > this.#maxValue) throw tooLarge(length, this.#maxValue);
  }

  async #bounded<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    if (this.#inFlight >= MAX_IN_FLIGHT) {
      throw new OpsbroError(
        'overloaded',
        `more than ${MAX_IN_FLIGHT} requests are waiting for the store; try again in a second`,
      );
    }
    this.#inFlight += 1;
    try {
      return await ask();
    } finally {
      this.#inFlight -= 1;
    }
  }
}

function checkWritable(key: string, { by }: Pick<KvPutOptions, 'by'>): void {
  checkKey(key);
  if (!isReserved(key) || by === 'agent') return;
  throw new OpsbroError('reserved_key', `"${key}" belongs to the agent: keys that begin with "__" can only be read`);
}

function checkSelection({ prefix, after, limit }: KvSelection): void {
  if (prefix !== undefined && prefix !== '') checkKey(prefix);
  if (after !== undefined && after !== '') checkKey(after);
  if (limit === undefined || (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE)) return;
  throw new OpsbroError('bad_request', `limit: "${limit}" is no page size; write 1 to ${MAX_PAGE}`);
}

const cannot = (what: string): OpsbroError => new OpsbroError('not_supported', `this store cannot ${what}`);

const tooLarge = (bytes: number, limit: number): OpsbroError =>
  new OpsbroError('too_large', `the value has ${bytes} bytes; at most ${limit} are kept`, { details: { limit } });
