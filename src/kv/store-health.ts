import { messageOf, OpsbroError } from '../base/errors.ts';
import type { KvState } from '../model/kv.ts';
import type { EngineContext } from '../plugins/kinds.ts';

const FULL = /No space left|Disk quota|ENOSPC|EDQUOT/i;
const PROBE_MS = 5_000;
const MEASURE_MS = 1_000;

/**
 * Knows whether the store can be written. A full disk passes: the store is opened again every 5 s until that works. A broken one does not:
 * after it nothing is acknowledged until somebody says that the disk is well, or the agent starts anew.
 */
export class StoreHealth implements Disposable {
  readonly #context: EngineContext;
  readonly #minFree: number;
  readonly #reopen: () => Promise<void>;
  #state: KvState = 'ok';
  #error = '';
  #reopening: Promise<void> | undefined;
  #probe: Disposable | undefined;
  #lack: { readonly at: number; readonly refusal: OpsbroError | undefined } | undefined;

  /** `reopen` closes the database and opens it again, with a write to prove that it can be written. */
  constructor(context: EngineContext, minFree: number, reopen: () => Promise<void>) {
    this.#context = context;
    this.#minFree = minFree;
    this.#reopen = reopen;
  }

  report(): { readonly state: KvState; readonly error: string } {
    const lack = this.#state === 'ok' ? this.#lack?.refusal : undefined;
    return lack ? { state: 'full', error: lack.message } : { state: this.#state, error: this.#error };
  }

  /** Resolves when the database is not just being opened again. */
  async ready(): Promise<void> {
    await this.#reopening;
  }

  /** Why nothing can be stored now, if so. The free space is measured once a second at most. */
  async lackOfRoom(): Promise<OpsbroError | undefined> {
    if (this.#minFree === 0) return undefined;
    const at = this.#context.clock.now();
    if (this.#lack === undefined || at - this.#lack.at >= MEASURE_MS) {
      this.#lack = { at, refusal: await this.#measure() };
    }
    return this.#lack.refusal;
  }

  /** Refuses every write while the store is full or failed. */
  check(): void {
    if (this.#state !== 'ok') throw new OpsbroError(this.#state === 'full' ? 'disk_full' : 'store_failed', this.#error);
  }

  /** Writes, unless the store is full or failed. */
  async guard(write: () => Promise<void>): Promise<void> {
    this.check();
    try {
      await write();
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** Takes note of a failed write, and gives the error that tells of it. */
  failure(error: unknown): OpsbroError {
    const message = messageOf(error);
    const isFull = FULL.test(message);
    this.#state = isFull ? 'full' : 'failed';
    this.#error = isFull
      ? `the disk of ${this.#context.path} is full`
      : `the store ${this.#context.path} failed: ${message}`;
    this.#context.log.error({ error: message, state: this.#state }, 'kv: a write failed');
    if (isFull) this.#probeLater();
    return new OpsbroError(isFull ? 'disk_full' : 'store_failed', this.#error, { cause: error });
  }

  /** Opens a store that cannot be written again, at once. Rejects with `store_failed` or `disk_full`, as it was, when that does not help. */
  async retry(): Promise<void> {
    if (this.#state === 'ok') return;
    this.#probe?.[Symbol.dispose]();
    this.#reopening ??= this.#tryAgain().finally(() => {
      this.#reopening = undefined;
    });
    await this.#reopening;
    this.check();
  }

  [Symbol.dispose](): void {
    this.#probe?.[Symbol.dispose]();
  }

  async #measure(): Promise<OpsbroError | undefined> {
    const free = await this.#context.freeBytes().catch(() => Number.POSITIVE_INFINITY);
    if (free >= this.#minFree) return undefined;
    const text = `only ${free} bytes are free for ${this.#context.path}, below kv.min_free of ${this.#minFree}`;
    return new OpsbroError('disk_full', text);
  }

  #probeLater(): void {
    this.#probe?.[Symbol.dispose]();
    this.#probe = this.#context.clock.after(PROBE_MS, () => {
      this.#reopening ??= this.#tryAgain().finally(() => {
        this.#reopening = undefined;
      });
    });
  }

  async #tryAgain(): Promise<void> {
    try {
      await this.#reopen();
      this.#state = 'ok';
      this.#error = '';
      this.#context.log.info({ path: this.#context.path }, 'kv: the store can be written again');
    } catch (error) {
      if (this.#state === 'full') this.#probeLater();
      else this.#error = `the store ${this.#context.path} failed: ${messageOf(error)}`;
    }
  }
}
