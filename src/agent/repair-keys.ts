import type { Bus } from '../base/bus.ts';
import { type Clock, every } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { AgentEvent } from '../model/event.ts';
import type { KvStore } from '../model/kv.ts';
import type { RepairRecord } from '../model/repair.ts';
import { repairJson } from '../model/repair-json.ts';
import { StoreWriter } from './store-writer.ts';

interface Options {
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly kv: Pick<KvStore, 'put'>;
  readonly nodeId: string;
  /** Whether there is a store to put them into. */
  hasStore(): boolean;
}

const KEEP_S = 90 * 86_400;
const RETRY_MS = 60_000;
/** What waits for a store that does not take it; of more the oldest are only in the audit of this node. */
const MOST_WAITING = 1_000;
/** Numbers of one millisecond and node, so that keys stay in the order in which things happened. */
const DIGITS = 4;

/**
 * Keeps what is repaired and refused on this node in the key-value store too, where it outlives the node: one record each below
 * `__opsbro/repair-audit/`, by time, for 90 days. What could not be written is tried again each minute.
 */
export class RepairKeys implements Disposable {
  readonly #options: Options;
  readonly #listening: readonly Disposable[];
  /** By key. */
  readonly #waiting = new Map<string, RepairRecord>();
  readonly #writer: StoreWriter;
  #count = 0;

  constructor(options: Options) {
    const { bus, clock, log } = options;
    this.#options = options;
    const complaint = 'repairs could not be put into the store';
    this.#writer = new StoreWriter({ log, complaint, write: () => this.#write() });
    this.#listening = [
      bus.on('repair-change', ({ record }) => this.#note(record)),
      every(clock, RETRY_MS, () => this.#wake()),
    ];
  }

  [Symbol.dispose](): void {
    for (const each of this.#listening) each[Symbol.dispose]();
  }

  #note(record: RepairRecord): void {
    if (!this.#options.hasStore()) return;
    this.#count = (this.#count + 1) % 10 ** DIGITS;
    const time = String(record.at).padStart(15, '0');
    const number = String(this.#count).padStart(DIGITS, '0');
    this.#waiting.set(`__opsbro/repair-audit/${time}-${this.#options.nodeId}-${number}`, record);
    const [oldest] = this.#waiting.keys();
    if (oldest !== undefined && this.#waiting.size > MOST_WAITING) this.#waiting.delete(oldest);
    this.#wake();
  }

  #wake(): void {
    if (this.#waiting.size > 0) this.#writer.wake();
  }

  async #write(): Promise<void> {
    for (let [next] = this.#waiting; next; [next] = this.#waiting) {
      const [key, record] = next;
      await this.#options.kv.put(key, Buffer.from(JSON.stringify(repairJson(record))), { by: 'agent', ttl: KEEP_S });
      this.#waiting.delete(key);
    }
  }
}
