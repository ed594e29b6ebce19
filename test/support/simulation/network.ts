import type { Random } from '../../../src/base/random.ts';
import type { Cut, Way } from './cuts.ts';
import { GOOD_LINK, GOOD_STREAMS, type Link, type StreamFaults } from './link.ts';

/** A datagram that is held up arrives later by up to so many milliseconds. */
const HOLD_UP_MS = 30;

/** What lies between the members: how long things take, what is lost, and who is cut off from whom. */
export class Network {
  /** Every way that is not set apart. */
  link: Link = GOOD_LINK;
  streams: StreamFaults = GOOD_STREAMS;
  readonly #links = new Map<string, Link>();
  readonly #cuts = new Set<Cut>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Changes one direction of one way. */
  set(from: string, to: string, change: Partial<Link>): void {
    this.#links.set(`${from} ${to}`, { ...this.between(from, to), ...change });
  }

  between(from: string, to: string): Link {
    return this.#links.size === 0 ? this.link : (this.#links.get(`${from} ${to}`) ?? this.link);
  }

  /** Cuts until the answer is called. */
  cut(cut: Cut): () => void {
    this.#cuts.add(cut);
    return () => void this.#cuts.delete(cut);
  }

  healAll(): void {
    this.#cuts.clear();
  }

  isCut(from: string, to: string, way: Way): boolean {
    if (this.#cuts.size === 0) return false;
    for (const cut of this.#cuts) if (cut(from, to, way)) return true;
    return false;
  }

  /** After how long something on a stream is there. */
  streamDelay(from: string, to: string, bytes: number): number {
    return this.between(from, to).delay(this.#random) + bytes / this.streams.bytesPerMs;
  }

  /** Whether a thing of this probability happens. */
  happens(probability: number): boolean {
    return probability > 0 && this.#random() < probability;
  }

  /** Lets a datagram go its way: `arrives` is told after how long each copy is there, and whether that one was damaged. */
  carry(from: string, to: string, arrives: (ms: number, isDamaged: boolean) => void): void {
    const link = this.between(from, to);
    if (this.happens(link.loss) || this.isCut(from, to, 'udp')) return;
    for (let copies = this.happens(link.duplicate) ? 2 : 1; copies > 0; copies -= 1) {
      const held = this.happens(link.reorder) ? this.#random() * HOLD_UP_MS : 0;
      arrives(link.delay(this.#random) + held, this.happens(link.corrupt));
    }
  }
}
