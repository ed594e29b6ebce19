import type { Bus } from '../base/bus.ts';
import { type Clock, every } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { checkJson } from '../http/records.ts';
import type { CheckRecord } from '../model/check.ts';
import type { AgentEvent } from '../model/event.ts';
import type { KvStore } from '../model/kv.ts';
import { withinBytes } from '../model/plugin-output.ts';
import { StoreWriter } from './store-writer.ts';

interface Options {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly kv: Pick<KvStore, 'put' | 'delete'>;
  readonly nodeId: string;
  checks(): readonly CheckRecord[];
  /** Whether there is a store to put them into. */
  hasStore(): boolean;
}

const REFRESH_MS = 60_000;
/** Changes within this time are written together. */
const GATHER_MS = 1_000;
/** Writes that are on their way at once. */
const AT_ONCE = 32;
const OUTPUT_BYTES = 4_096;

/**
 * Keeps the checks of this node in the key-value store, for those who read there: `__health/<node id>` is the list of ids, and below it is
 * the record of each. What could not be written is written with the next.
 */
export class CheckKeys implements Disposable {
  readonly #options: Options;
  readonly #listening: readonly Disposable[];
  /** Ids that are to be written; of those that are gone, to be deleted. */
  readonly #pending = new Set<string>();
  readonly #writer: StoreWriter;
  #known: ReadonlySet<string> = new Set();
  #gathering: Disposable | undefined;

  constructor(options: Options) {
    const { bus, clock, log } = options;
    this.#options = options;
    const complaint = 'the checks could not be put into the store';
    this.#writer = new StoreWriter({ log, complaint, write: () => this.#write() });
    this.#listening = [
      bus.on('check-change', ({ check }) => this.#note([check.id])),
      bus.on('checks-change', () => this.#note(options.checks().map(({ id }) => id))),
      every(clock, REFRESH_MS, () => this.#note(options.checks().map(({ id }) => id))),
    ];
  }

  [Symbol.dispose](): void {
    for (const each of this.#listening) each[Symbol.dispose]();
    this.#gathering?.[Symbol.dispose]();
  }

  #note(ids: readonly string[]): void {
    if (!this.#options.hasStore()) return;
    for (const id of ids) this.#pending.add(id);
    this.#gathering ??= this.#options.clock.after(GATHER_MS, () => {
      this.#gathering = undefined;
      this.#writer.wake();
    });
  }

  async #write(): Promise<void> {
    const records = new Map(this.#options.checks().map((check) => [check.id, check]));
    const ids = [...new Set([...this.#pending, ...[...this.#known].filter((id) => !records.has(id))])];
    this.#pending.clear();
    try {
      await this.#writeList(records);
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => this.#writeOne(id, records.get(id))));
      }
    } catch (error) {
      for (const id of ids) this.#pending.add(id);
      throw error;
    }
  }

  async #writeList(records: ReadonlyMap<string, CheckRecord>): Promise<void> {
    const isSame = records.size === this.#known.size && [...records.keys()].every((id) => this.#known.has(id));
    if (isSame) return;
    await this.#put('', [...records.keys()].sort());
    this.#known = new Set([...records.keys(), ...[...this.#known].filter((id) => !records.has(id))]);
  }

  async #writeOne(id: string, check: CheckRecord | undefined): Promise<void> {
    const { kv, nodeId } = this.#options;
    if (check) {
      const { long_output: _, recent: __, ...json } = checkJson(check);
      await this.#put(`/${id}`, { ...json, output: withinBytes(check.output, OUTPUT_BYTES) });
    } else {
      await kv.delete(`__health/${nodeId}/${id}`, { by: 'agent' });
      this.#known = new Set([...this.#known].filter((known) => known !== id));
    }
  }

  async #put(below: string, value: unknown): Promise<void> {
    const { kv, nodeId } = this.#options;
    await kv.put(`__health/${nodeId}${below}`, Buffer.from(JSON.stringify(value)), { by: 'agent' });
  }
}
