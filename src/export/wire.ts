/** A way to somebody who takes bytes. */
export interface Wire {
  /** Sends bytes, and resolves when more may be sent; fails when the connection is broken. */
  send(bytes: Buffer): Promise<void>;
  /** Resolves when all is on its way and the other side has closed, or when that takes too long. */
  finish(): Promise<void>;
  /** Drops it at once. */
  close(): void;
}

/** Makes connections; fails with the system's error, or when the signal aborts. */
export type Dial = (signal: AbortSignal) => Promise<Wire>;
