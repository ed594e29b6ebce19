import type { Clock } from '../base/clock.ts';

/** Series that are told of between two looks at the time. */
const AT_ONCE = 64;
/** How long others may have to wait. */
const SLICE_MS = 20;

interface FlusherOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** The window ends, which was so many seconds long; the answer tells of some series more each time, until it says `done`. */
  end(seconds: number, time: number): (howMany: number) => 'more' | 'done';
  /** Everything was told, in so many milliseconds of work; `late` are the seconds that the window was longer than it should have been. */
  ended(time: number, workMs: number, late: number): void;
}

/** Ends windows at the multiples of their length in wall-clock time, and tells of them in slices, so that nothing else has to wait long. */
export class Flusher implements Disposable {
  readonly #options: FlusherOptions;
  #begun: number;
  #due: number;
  #timer: Disposable;
  /** What is left to be told, while it is. */
  #rest: (() => 'more' | 'done') | undefined;

  constructor(options: FlusherOptions) {
    this.#options = options;
    const { clock, intervalMs } = options;
    this.#begun = clock.now();
    this.#due = nextMultiple(clock.wall(), intervalMs);
    this.#timer = clock.after(this.#due - clock.wall(), () => this.#tick());
  }

  /** Ends the window now, and tells of it before it returns. The points are of the time at which the window would have ended. */
  finish(): void {
    this.#timer[Symbol.dispose]();
    while (this.#rest?.() === 'more') {}
    this.#end(this.#due);
    while (this.#rest?.() === 'more') {}
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#rest = undefined;
  }

  #tick(): void {
    const { clock, intervalMs } = this.#options;
    const now = clock.wall();
    const early = this.#due - now;
    if (early > 0 && early < intervalMs) {
      this.#wait(early);
      return;
    }
    // The clock was set: windows end at its multiples from now on.
    const isSet = Math.abs(early) > intervalMs;
    const time = isSet ? now - (now % intervalMs) : this.#due;
    this.#due = nextMultiple(now, intervalMs);
    this.#wait(this.#due - now);
    // What takes longer than a window to tell of makes the next one longer.
    if (!this.#rest) this.#tell(time);
  }

  #wait(ms: number): void {
    this.#timer = this.#options.clock.after(ms, () => this.#tick());
  }

  #tell(time: number): void {
    this.#end(time);
    this.#slice();
  }

  #end(time: number): void {
    const { clock, intervalMs, end, ended } = this.#options;
    const now = clock.now();
    // A window without any length has no rates.
    const seconds = Math.max(1, now - this.#begun) / 1_000;
    this.#begun = now;
    const at = time / 1_000;
    const tell = end(seconds, at);
    let workMs = 0;
    this.#rest = () => {
      const from = clock.now();
      const outcome = tell(AT_ONCE);
      workMs += clock.now() - from;
      if (outcome === 'more') return 'more';
      this.#rest = undefined;
      ended(at, workMs, seconds - intervalMs / 1_000);
      return 'done';
    };
  }

  #slice(): void {
    const { clock } = this.#options;
    const end = clock.now() + SLICE_MS;
    while (this.#rest?.() === 'more') {
      if (clock.now() < end) continue;
      clock.after(0, () => this.#slice());
      return;
    }
  }
}

const nextMultiple = (now: number, ms: number): number => now - (now % ms) + ms;
