import type { Clock } from '../../base/clock.ts';

/** A reading counts for so long. */
const FRESH_MS = 60_000;
/** The wall clock against the monotonic one: beyond this it was set, or the machine slept. */
const JUMP_MS = 1_000;
/** An answer that took longer says too little about the moment. */
const MOST_WAIT_MS = 2_000;

/** What was found counts for so long, and readings that say nearly the same for ten times as long: they come with every answer. */
const JUDGED_MS = 100;
const NEARLY_MS = 250;

interface Reading {
  /** Wall time of that node, less our monotonic time at that moment. */
  readonly base: number;
  /** Monotonic. */
  readonly at: number;
}

/**
 * Whether the wall clock of this node can be believed: it agrees with what most nodes say, this one included. Who knows of no others trusts
 * himself.
 */
export class ClockTrust {
  readonly #clock: Clock;
  readonly #maxSkewMs: number;
  readonly #readings = new Map<string, Reading>();
  #others: readonly string[] = [];
  #base: number;
  #judged: { readonly skew: number | undefined; readonly base: number; readonly at: number } | undefined;

  constructor(clock: Clock, maxSkewMs: number) {
    this.#clock = clock;
    this.#maxSkewMs = maxSkewMs;
    this.#base = clock.wall() - clock.now();
  }

  /** Who lives beside this node. */
  setOthers(others: readonly string[]): void {
    this.#others = others;
    for (const node of this.#readings.keys()) if (!others.includes(node)) this.#readings.delete(node);
    this.#judged = undefined;
  }

  /** A node that was asked at `askedAt` (monotonic) has just said what time it is. */
  hear(node: string, wall: number, askedAt: number): void {
    const now = this.#clock.now();
    if (now - askedAt > MOST_WAIT_MS || !this.#others.includes(node)) return;
    this.#look();
    const base = wall - (now + askedAt) / 2;
    const known = this.#readings.get(node);
    if (known && now - known.at < 10 * JUDGED_MS && Math.abs(base - known.base) <= NEARLY_MS) return;
    this.#readings.set(node, { base, at: now });
    this.#judged = undefined;
  }

  /** Whether what is stamped and what has expired can go by this clock. */
  get isSound(): boolean {
    if (this.#others.length === 0) return true;
    const skew = this.#skew();
    return skew !== undefined && Math.abs(skew) <= this.#maxSkewMs;
  }

  /** Whether others confirm it. */
  get isConfirmed(): boolean {
    return this.#others.length > 0 && this.isSound;
  }

  /** The time as far as known, in epoch milliseconds: our own, unless the others say that it is wrong. */
  get wall(): number {
    const wall = this.#clock.wall();
    return this.isSound ? wall : wall - (this.#skew() ?? 0);
  }

  /** The others among these, and if they are fewer than so many, further ones: the same every time, so that few connections are open. */
  among(nodes: readonly string[], least: number): ReadonlySet<string> {
    const known = new Set(this.#others.filter((node) => nodes.includes(node)));
    for (const node of this.#others) if (known.size < least) known.add(node);
    return known;
  }

  /** Whom to ask the time, as nothing was heard of them for so long. */
  silentFor(ms: number): readonly string[] {
    this.#look();
    const since = this.#clock.now() - ms;
    return this.#others.filter((node) => (this.#readings.get(node)?.at ?? Number.NEGATIVE_INFINITY) <= since);
  }

  /** How far our clock is ahead of the median of all; `undefined` when nobody said anything of late. */
  #skew(): number | undefined {
    this.#look();
    const now = this.#clock.now();
    const base = this.#base;
    const judged = this.#judged;
    if (judged && now - judged.at < JUDGED_MS && Math.abs(base - judged.base) <= NEARLY_MS) return judged.skew;
    const oldest = now - FRESH_MS;
    const fresh = [...this.#readings.values()].filter(({ at }) => at > oldest);
    const skew = fresh.length === 0 ? undefined : base - median([base, ...fresh.map((reading) => reading.base)]);
    this.#judged = { skew, base, at: now };
    return skew;
  }

  /** After a jump everybody has to be asked again. */
  #look(): void {
    const base = this.#clock.wall() - this.#clock.now();
    if (Math.abs(base - this.#base) > JUMP_MS) {
      this.#readings.clear();
      this.#judged = undefined;
    }
    this.#base = base;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const upper = Math.floor(sorted.length / 2);
  const [below = 0, above = 0] = [sorted[sorted.length % 2 === 0 ? upper - 1 : upper], sorted[upper]];
  return (below + above) / 2;
}
