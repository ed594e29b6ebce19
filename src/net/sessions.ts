import { type Clock, every } from '../base/clock.ts';
import type { Incoming } from './tcp.ts';

/** What one connection is to those who read from it. */
export interface Session {
  /** Takes what arrived. */
  take(bytes: Buffer): void;
  /** Nothing more will come. */
  end(): void;
}

interface SessionsOptions {
  readonly clock: Clock;
  /** Time without a byte until a connection is closed. */
  readonly idleMs: number;
  /** Connections at a time; further ones are closed. */
  readonly most: number;
  /** Whether those who send are to wait, as there is no room for more; left out, they never are. */
  readonly isFull?: () => boolean;
}

/** How long a connection may be idle beyond its time: one timer looks after all of them. */
const LOOKS = 10;
/** Time after which those who wait are tried again. */
const PAUSE_MS = 100;

/** The connections of a door that only listens: those that are idle too long are closed, and nobody is read from while there is no room. */
export class Sessions implements Disposable {
  readonly #options: SessionsOptions;
  readonly #open = new Map<Incoming, number>();
  readonly #paused = new Set<Incoming>();
  #resuming: Disposable | undefined;
  readonly #looking: Disposable;

  constructor(options: SessionsOptions) {
    this.#options = options;
    const { clock, idleMs } = options;
    this.#looking = every(clock, Math.max(1_000, idleMs / LOOKS), () => this.#look());
  }

  get size(): number {
    return this.#open.size;
  }

  /** Reads from a connection until it ends; false when there are too many, and it is closed. */
  admit(connection: Incoming, session: Session): boolean {
    const { clock, most } = this.#options;
    if (this.#open.size >= most) {
      connection.close();
      return false;
    }
    this.#open.set(connection, clock.now());
    connection.onData((bytes) => {
      this.#open.set(connection, clock.now());
      session.take(asBuffer(bytes));
      this.#pauseWhenFull(connection);
    });
    connection.onEnd(() => {
      this.#paused.delete(connection);
      if (!this.#open.delete(connection)) return;
      session.end();
      connection.finish();
    });
    return true;
  }

  [Symbol.dispose](): void {
    this.#looking[Symbol.dispose]();
    this.#resuming?.[Symbol.dispose]();
    for (const connection of this.#open.keys()) connection.close();
  }

  #look(): void {
    const { clock, idleMs } = this.#options;
    for (const [connection, activeAt] of this.#open) {
      if (!this.#paused.has(connection) && clock.now() - activeAt >= idleMs) connection.close();
    }
  }

  #pauseWhenFull(connection: Incoming): void {
    const { clock, isFull } = this.#options;
    if (!isFull?.()) return;
    connection.pause();
    this.#paused.add(connection);
    this.#resuming ??= clock.after(PAUSE_MS, () => this.#resume());
  }

  #resume(): void {
    const { clock, isFull } = this.#options;
    const isWaiting = isFull?.() === true;
    this.#resuming = isWaiting ? clock.after(PAUSE_MS, () => this.#resume()) : undefined;
    if (isWaiting) return;
    for (const connection of this.#paused) {
      this.#open.set(connection, clock.now());
      connection.resume();
    }
    this.#paused.clear();
  }
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
