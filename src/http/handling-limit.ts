import type { Clock } from '../base/clock.ts';
import { OpsbroError } from '../base/errors.ts';
import { UnderWay } from '../base/under-way.ts';

const LIMIT_MS = 60_000;
const LOOK_MS = 5_000;

/** An answer that is worked on. */
interface Pending {
  readonly began: number;
  giveUp(): void;
}

/** Gives up on answers that take too long. One timer looks after all of them, so that the many that are quick cost next to nothing. */
export class HandlingLimit {
  readonly #clock: Clock;
  readonly #pending = new UnderWay<Pending>();
  #look: Disposable | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What the work comes to. Throws `overloaded` when it has not after 60 to 65 s; the work itself goes on. */
  within<Answered>(work: Promise<Answered>): Promise<Answered> {
    return new Promise<Answered>((resolve, reject) => {
      const pending = { began: this.#clock.now(), giveUp: () => reject(late()) };
      const number = this.#pending.add(pending);
      this.#look ??= this.#clock.after(LOOK_MS, () => this.#lookAfter());
      const end = () => this.#pending.take(number);
      work.then(resolve, reject).finally(end);
    });
  }

  #lookAfter(): void {
    this.#look = undefined;
    const oldest = this.#clock.now() - LIMIT_MS;
    for (const [number, pending] of [...this.#pending.entries()]) {
      if (pending.began > oldest) continue;
      this.#pending.take(number);
      pending.giveUp();
    }
    if (this.#pending.size > 0) this.#look = this.#clock.after(LOOK_MS, () => this.#lookAfter());
  }
}

const late = () =>
  new OpsbroError(
    'overloaded',
    `there was no answer within ${LIMIT_MS / 1_000} s; what was asked for may still be done`,
  );
