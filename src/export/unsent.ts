/** Places from one (included) up to another (not included). */
export interface Range {
  readonly from: number;
  readonly to: number;
}

interface Checkpoint {
  readonly at: number;
  readonly ranges: readonly Range[];
}

/** For how long what was sent may still be lost with its connection, milliseconds. */
const DOUBTFUL_MS = 60_000;
const CHECKPOINT_MS = 1_000;
/** Pieces that are told apart; of more, the oldest two become one, and what lies between them is sent again. */
const MOST_RANGES = 8;

/**
 * Which places of a spool are still to be sent: what waited, and what comes now, which takes turns with it. What was sent within the last
 * minute is to be sent again when the connection breaks, as nobody tells what arrived. Times are monotonic milliseconds.
 */
export class Unsent {
  #ranges: Range[];
  #checkpoints: Checkpoint[] = [];
  #turn = 0;

  /** The last range has no end. */
  constructor(ranges: readonly Range[] = [{ from: 0, to: Number.POSITIVE_INFINITY }]) {
    this.#ranges = [...ranges];
  }

  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  /** What would have to be sent if the connection broke now. */
  get doubtful(): readonly Range[] {
    return this.#checkpoints[0]?.ranges ?? this.#ranges;
  }

  /** Nothing before this place will be asked for again. */
  get safe(): number {
    return Math.min(...this.doubtful.map(({ from }) => from), ...this.#ranges.map(({ from }) => from));
  }

  /** How much of a spool that ends there is to be sent yet. */
  left(end: number): number {
    return this.#ranges.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, end) - from), 0);
  }

  /** The range whose turn it is: every other time the one of what comes now. */
  next(): Range {
    this.#turn += 1;
    const live = this.#ranges.at(-1) as Range;
    return this.#turn % 2 === 0 ? live : (this.#ranges[0] ?? live);
  }

  /** A range was sent up to a place; what is empty goes. */
  sent(range: Range, next: number): void {
    // Its beginning may have moved since, when the spool became too large; no two have the same end.
    const at = this.#ranges.findIndex(({ to }) => to === range.to);
    if (at < 0) return;
    if (next >= range.to) this.#ranges.splice(at, 1);
    else this.#ranges[at] = { from: next, to: range.to };
  }

  /** Remembers what is unsent now, once a second; forgets what is older than a minute but for the youngest of it. */
  note(now: number): void {
    const last = this.#checkpoints.at(-1);
    if (last && now - last.at < CHECKPOINT_MS) return;
    this.#checkpoints.push({ at: now, ranges: [...this.#ranges] });
    while (this.#checkpoints[1] && now - this.#checkpoints[1].at >= DOUBTFUL_MS) this.#checkpoints.shift();
  }

  /** The connection broke: what is doubtful is unsent again. A spool that ends there is what waits from now on. */
  broken(end: number): void {
    const ranges = [...this.doubtful];
    this.#checkpoints = [];
    const live = ranges.pop();
    const from = live?.from ?? 0;
    if (from < end) ranges.push({ from, to: end });
    ranges.push({ from: Math.max(from, end), to: Number.POSITIVE_INFINITY });
    while (ranges.length > MOST_RANGES) {
      const [first, second] = ranges.splice(0, 2) as [Range, Range];
      ranges.unshift({ from: first.from, to: second.to });
    }
    this.#ranges = ranges;
  }

  /** What lay before a place is gone. */
  gone(first: number): void {
    const clip = (ranges: readonly Range[]) =>
      ranges.filter(({ to }) => to > first).map(({ from, to }) => ({ from: Math.max(from, first), to }));
    this.#ranges = clip(this.#ranges);
    this.#checkpoints = this.#checkpoints.map(({ at, ranges }) => ({ at, ranges: clip(ranges) }));
  }
}
