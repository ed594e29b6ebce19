import type { Clock } from '../base/clock.ts';

/** What may be written into an audit. */
interface Auditable {
  readonly who: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly access: string;
}

interface Options<Entry> {
  readonly clock: Clock;
  /** Writes an entry; `repeated` more like it came within the last minute that were not written one by one. */
  write(entry: Entry, repeated: number): void;
}

interface Run<Entry> {
  written: number;
  repeated: number;
  last: Entry;
}

const WINDOW_MS = 60_000;
const MOST_ALIKE = 10;
const MOST_RUNS = 1_024;
/** What those get who may not. */
export const REFUSED: ReadonlySet<number> = new Set([401, 403, 429]);

/**
 * Writes down who changed what. Of entries that are alike (who, route and outcome) ten a minute are written, and then how many more there
 * were, so that neither a busy store nor a stranger who tries tokens fills the disk. What administrators do is written without exception.
 */
export class AuditTrail<Entry extends Auditable> implements Disposable {
  readonly #options: Options<Entry>;
  readonly #runs = new Map<string, Run<Entry>>();
  #due: Disposable | undefined;

  constructor(options: Options<Entry>) {
    this.#options = options;
  }

  note(entry: Entry): void {
    if (this.#isTold(entry)) this.#options.write(entry, 0);
  }

  /** Writes what is still to be said. */
  [Symbol.dispose](): void {
    this.#due?.[Symbol.dispose]();
    this.#end();
  }

  #isTold(entry: Entry): boolean {
    if (entry.access === 'admin' && !REFUSED.has(entry.status)) return true;
    const run = this.#runOf(entry);
    run.last = entry;
    if (run.written >= MOST_ALIKE) run.repeated += 1;
    else run.written += 1;
    return run.repeated === 0;
  }

  #runOf(entry: Entry): Run<Entry> {
    // Strangers with many addresses are counted together once there are too many.
    const full = this.#runs.size >= MOST_RUNS ? 'others' : entry.who;
    const own = keyOf(entry, entry.who);
    const key = this.#runs.has(own) ? own : keyOf(entry, full);
    const run = this.#runs.get(key) ?? { written: 0, repeated: 0, last: entry };
    this.#runs.set(key, run);
    this.#due ??= this.#options.clock.after(WINDOW_MS, () => this.#end());
    return run;
  }

  #end(): void {
    this.#due = undefined;
    for (const { last, repeated } of this.#runs.values()) if (repeated > 0) this.#options.write(last, repeated);
    this.#runs.clear();
  }
}

const keyOf = ({ method, route, status }: Auditable, who: string): string => `${who} ${method} ${route} ${status}`;
