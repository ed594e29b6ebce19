import { type Clock, every } from '../base/clock.ts';
import type { Connection } from './tcp.ts';

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
}

/** How long a connection may be idle beyond its time: one timer looks after all of them. */
const LOOKS = 10;

/** The connections of a door that only listens: those that are idle too long are closed. */
export class Sessions implements Disposable {
  readonly #options: SessionsOptions;
  readonly #open = new Map<Connection, number>();
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
  admit(connection: Connection, session: Session): boolean {
    const { clock, most } = this.#options;
    if (this.#open.size >= most) {
      connection.close();
      return false;
    }
    this.#open.set(connection, clock.now());
    connection.onData((bytes) => {
      this.#open.set(connection, clock.now());
      session.take(asBuffer(bytes));
    });
    connection.onEnd(() => {
      if (!this.#open.delete(connection)) return;
      session.end();
      connection.finish();
    });
    return true;
  }

  [Symbol.dispose](): void {
    this.#looking[Symbol.dispose]();
    for (const connection of this.#open.keys()) connection.close();
  }

  #look(): void {
    const { clock, idleMs } = this.#options;
    for (const [connection, activeAt] of this.#open) if (clock.now() - activeAt >= idleMs) connection.close();
  }
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
