/** Upper limits for what takes microseconds, in seconds. */
export const BRIEF: readonly number[] = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.1,
];
/** Upper limits for what goes over a network or reads a disk, in seconds. */
export const USUAL: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** How often something took how long, since the start: a fixed number of sums that only grow. */
export class Histogram {
  readonly limits: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  /** `limits` ascend; a value counts for the first that it is not above. */
  constructor(limits: readonly number[] = USUAL) {
    this.limits = limits;
    this.#counts = new Float64Array(limits.length + 1);
  }

  /** All that was added. */
  get sum(): number {
    return this.#sum;
  }

  /** Takes one value, in the unit of the limits; what is no number is left out. */
  add(value: number): void {
    if (Number.isNaN(value)) return;
    const { limits } = this;
    let at = 0;
    while (at < limits.length && value > (limits[at] as number)) at++;
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#sum += value;
  }

  /** How many values are not above each limit; the last number is how many there are at all. */
  cumulative(): readonly number[] {
    let sum = 0;
    return Array.from(this.#counts, (count) => {
      sum += count;
      return sum;
    });
  }
}
