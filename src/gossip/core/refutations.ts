import type { Desk } from './desk.ts';

/** What is said of us, and by whom. */
export interface Accused {
  readonly incarnation: number;
  readonly accuser: string;
}

/** Refutations after the first are at least so far apart: five a second. */
const SPACING_MS = 200;

/** Keeps a flood of accusations from becoming a flood of refutations: the first is answered at once, of those that follow the latest. */
export class Refutations {
  readonly #desk: Desk;
  readonly #refute: (accused: Accused) => void;
  #next = Number.NEGATIVE_INFINITY;
  #waiting: Accused | undefined;

  /** `refute` is told when it is time to answer. */
  constructor(desk: Desk, refute: (accused: Accused) => void) {
    this.#desk = desk;
    this.#refute = refute;
  }

  /** Answers an accusation, now or soon. */
  add(accused: Accused): void {
    const { now } = this.#desk;
    if (now >= this.#next && !this.#waiting) {
      this.#answer(accused);
      return;
    }
    this.#desk.count('refutations_put_off');
    // The latest accuser is named; the answer has to overrule all of them.
    const incarnation = Math.max(accused.incarnation, this.#waiting?.incarnation ?? 0);
    const isFirst = !this.#waiting;
    this.#waiting = { incarnation, accuser: accused.accuser };
    if (isFirst) this.#desk.later(Math.max(0, this.#next - now), () => this.#answerWaiting());
  }

  #answerWaiting(): void {
    const accused = this.#waiting;
    this.#waiting = undefined;
    if (accused) this.#answer(accused);
  }

  #answer(accused: Accused): void {
    this.#next = this.#desk.now + SPACING_MS;
    this.#refute(accused);
  }
}
