/** `AwarenessMax` of memberlist, less one. */
const WORST = 7;

/**
 * How well this node itself seems to do, as Lifeguard's local health: 0 is well. Who misses answers that others should have given doubts
 * itself first and gives whoever it probes more time.
 */
export class Awareness {
  #score = 0;

  /** From 0 to 7. */
  get score(): number {
    return this.#score;
  }

  /** Something went well. */
  improve(): void {
    this.worsen(-1);
  }

  /** Something went wrong that may well be our own fault. */
  worsen(by = 1): void {
    this.#score = Math.min(WORST, Math.max(0, this.#score + by));
  }

  /** The time that is given instead of `ms`. */
  stretch(ms: number): number {
    return ms * (this.#score + 1);
  }
}
