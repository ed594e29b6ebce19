import type { Bus } from '../base/bus.ts';
import { type Clock, every } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { AgentEvent } from '../model/event.ts';
import type { KvStore } from '../model/kv.ts';
import type { RepairRecord } from '../model/repair.ts';
import { repairJson } from '../model/repair-json.ts';

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
  #count = 0;
  #isWriting: boolean = false;
  #complaint = '';

  constructor(options: Options) {
    const { bus, clock } = options;
    this.#options = options;
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
    if (!this.#isWriting && this.#waiting.size > 0) void this.#write();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      for (let [next] = this.#waiting; next; [next] = this.#waiting) {
        const [key, record] = next;
        await this.#options.kv.put(key, Buffer.from(JSON.stringify(repairJson(record))), { by: 'agent', ttl: KEEP_S });
        this.#waiting.delete(key);
      }
      this.#complaint = '';
    } catch (error) {
      const reason = messageOf(error);
      if (reason !== this.#complaint) this.#options.log.warn({ reason }, 'repairs could not be put into the store');
      this.#complaint = reason;
    }
    this.#isWriting = false;
  }
}
