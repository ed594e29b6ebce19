import type { Clock } from './clock.ts';
import { UnderWay } from './under-way.ts';

/** Work that is waited for. */
interface Pending {
  /** When that ends, by the clock's `now`. */
  readonly end: number;
  giveUp(): void;
}

/** Gives up on work that takes too long. One timer looks after all of it, so that the much that is quick costs next to nothing. */
export class TimeLimit {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #pending = new UnderWay<Pending>();
  #looking: Disposable | undefined;

  /** `ms`: how long work may take. */
  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** What the work comes to. Rejects with `late` when that takes longer; the work itself goes on. */
  within<Done>(work: Promise<Done>, late: () => Error): Promise<Done> {
    return new Promise((resolve, reject) => {
      const number = this.#pending.add({ end: this.#clock.now() + this.#ms, giveUp: () => reject(late()) });
      this.#looking ??= this.#clock.after(this.#ms, () => this.#look());
      work.then(
        (done) => {
          this.#pending.take(number);
          resolve(done);
        },
        (reason: unknown) => {
          this.#pending.take(number);
          reject(reason);
        },
      );
    });
  }

  #look(): void {
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [number, { end, giveUp }] of [...this.#pending.entries()]) {
      if (end > now) next = Math.min(next, end);
      else if (this.#pending.take(number)) giveUp();
    }
    const isOver = next === Number.POSITIVE_INFINITY;
    this.#looking = isOver ? undefined : this.#clock.after(next - now, () => this.#look());
  }
}
