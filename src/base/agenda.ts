import type { Clock } from './clock.ts';

interface Entry {
  readonly at: number;
  readonly run: () => void;
}

/** A timer of more than 2^31 ms would fire at once. */
const LONGEST_TIMER_MS = 86_400_000;

/** Things to be done once, each under a name and at its time: one timer for all of them, and none while there are none. */
export class Agenda implements Disposable {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  #timer: { readonly at: number; readonly handle: Disposable } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `run` so many milliseconds from now, in the place of what has the same name. */
  in(ms: number, name: string, run: () => void): void {
    const at = this.#clock.now() + Math.max(0, ms);
    this.#entries.set(name, { at, run });
    this.#arm(at);
  }

  /** As `in`, unless what has this name already is earlier. */
  atMostIn(ms: number, name: string, run: () => void): void {
    const known = this.#entries.get(name);
    if (known === undefined || known.at > this.#clock.now() + ms) this.in(ms, name, run);
  }

  /** Milliseconds until what has this name is run; `undefined` when nothing has. */
  left(name: string): number | undefined {
    const entry = this.#entries.get(name);
    return entry && entry.at - this.#clock.now();
  }

  cancel(name: string): void {
    this.#entries.delete(name);
  }

  [Symbol.dispose](): void {
    this.#entries.clear();
    this.#timer?.handle[Symbol.dispose]();
    this.#timer = undefined;
  }

  #arm(at: number): void {
    if (this.#timer && this.#timer.at <= at) return;
    this.#timer?.handle[Symbol.dispose]();
    const wait = Math.min(LONGEST_TIMER_MS, Math.max(0, at - this.#clock.now()));
    this.#timer = { at, handle: this.#clock.after(wait, () => this.#tick()) };
  }

  #tick(): void {
    this.#timer = undefined;
    // A timer may fire a fraction of a millisecond early; what is due in that fraction is due.
    const now = this.#clock.now() + 1;
    const due = [...this.#entries].filter(([, { at }]) => at <= now).sort(([, a], [, b]) => a.at - b.at);
    for (const [name, entry] of due) {
      if (this.#entries.get(name) !== entry) continue;
      this.#entries.delete(name);
      entry.run();
    }
    const next = Math.min(...[...this.#entries.values()].map(({ at }) => at));
    if (Number.isFinite(next)) this.#arm(next);
  }
}
