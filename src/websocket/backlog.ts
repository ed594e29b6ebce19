import type { News, StreamChannel } from './channels.ts';

/** A frame that was told, ready to be sent again. */
export interface Told {
  readonly index: number;
  /** When it was told, on the monotonic clock. */
  readonly at: number;
  readonly channel: StreamChannel;
  readonly key: string | undefined;
  readonly frame: Buffer;
}

/** How much is kept; whatever comes first. */
interface Limits {
  readonly frames: number;
  readonly ms: number;
  readonly bytes: number;
}

const LIMITS: Limits = { frames: 10_000, ms: 600_000, bytes: 8 * 1_048_576 };
/** Entries that have been passed are cut off in one go. */
const CUT_AFTER = 1_024;

/** The last frames of the stream, for who was away for a moment or cannot take all at once. */
export class Backlog {
  readonly #limits: Limits;
  readonly #told: Told[] = [];
  /** Place of the oldest that is kept. */
  #first = 0;
  #bytes = 0;
  /** Number of the newest that is not kept any more. */
  #lost = 0;

  constructor(limits: Limits = LIMITS) {
    this.#limits = limits;
  }

  /** Bytes of all that is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  add({ index, channel, key }: News, frame: Buffer, at: number): void {
    this.#told.push({ index, channel, key, frame, at });
    this.#bytes += frame.length;
    this.trim(at);
  }

  /** Whether everything behind this number is kept that was ever added. */
  reaches(index: number): boolean {
    return index >= this.#lost;
  }

  /** What was told behind this number, oldest first, about so many bytes of it, at least one frame. */
  after(index: number, bytes: number): readonly Told[] {
    const from = this.#placeAfter(index);
    let end = from;
    for (let size = 0; end < this.#told.length && size < bytes; end += 1) size += this.#told[end]?.frame.length ?? 0;
    return this.#told.slice(from, end);
  }

  /** Drops what is older than is kept. */
  trim(now: number): void {
    const { frames, ms, bytes } = this.#limits;
    for (let oldest = this.#told[this.#first]; oldest; oldest = this.#told[this.#first]) {
      const isWithin = this.#told.length - this.#first <= frames && this.#bytes <= bytes && now - oldest.at <= ms;
      if (isWithin) break;
      this.#lost = oldest.index;
      this.#bytes -= oldest.frame.length;
      this.#first += 1;
    }
    if (this.#first < CUT_AFTER && this.#first < this.#told.length) return;
    this.#told.splice(0, this.#first);
    this.#first = 0;
  }

  /** Drops everything: nobody is expected back. */
  clear(): void {
    this.#lost = this.#told.at(-1)?.index ?? this.#lost;
    this.#told.length = 0;
    this.#first = 0;
    this.#bytes = 0;
  }

  /** Place of the first whose number is greater. */
  #placeAfter(index: number): number {
    let [low, high] = [this.#first, this.#told.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#told[middle]?.index ?? 0) > index) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
