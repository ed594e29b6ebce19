import type { Clock } from '../../base/clock.ts';

type Phase = 'connected' | 'answered';

/** When a conversation over the network got how far. */
export class Phases {
  readonly #clock: Clock;
  readonly #start: number;
  readonly #reached = new Map<Phase, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.now();
  }

  /** Notes that a phase was reached; of several times the first counts. */
  reached(phase: Phase): void {
    if (!this.#reached.has(phase)) this.#reached.set(phase, this.elapsed);
  }

  /** Milliseconds since the start. */
  get elapsed(): number {
    return this.#clock.now() - this.#start;
  }

  /** Such as `0.002 s`, or `never`. */
  textOf(phase: Phase): string {
    const ms = this.#reached.get(phase);
    return ms === undefined ? 'never' : secondsText(ms);
  }
}

/** Milliseconds as `0.002 s`. */
export const secondsText = (ms: number): string => `${(ms / 1_000).toFixed(3)} s`;
