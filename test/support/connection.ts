import type { Connection } from '../../src/net/tcp.ts';

/** The other end of a made-up connection. */
export interface FakeConnection {
  onData(listen: (bytes: Uint8Array) => void): void;
  write(bytes: Uint8Array): void;
  close(): void;
}

/** Two ends of a connection that needs no network: what one writes, the other is told of at once, or as soon as it listens. */
export function connectionPair(receiveCap: number): { readonly here: Connection; readonly there: FakeConnection } {
  const [toHere, toThere] = [new Pipe(receiveCap), new Pipe(Number.POSITIVE_INFINITY)];
  const close = () => {
    toHere.end();
    toThere.end();
  };
  return {
    here: {
      remote: { address: '127.0.0.1', port: 1 },
      onData: (listen) => toHere.listen(listen),
      onEnd: (listen) => toHere.onEnd(listen),
      write: (bytes) => toThere.write(bytes),
      unsent: 0,
      finish: () => toThere.end(),
      close,
    },
    there: { onData: (listen) => toThere.listen(listen), write: (bytes) => toHere.write(bytes), close },
  };
}

/** One direction. */
class Pipe {
  readonly #cap: number;
  readonly #waiting: Uint8Array[] = [];
  #listen: ((bytes: Uint8Array) => void) | undefined;
  #told: ((error?: Error) => void) | undefined;
  #received = 0;
  #isEnded: boolean = false;
  #failure: Error | undefined;

  constructor(cap: number) {
    this.#cap = cap;
  }

  write(bytes: Uint8Array): void {
    if (this.#isEnded) return;
    this.#received += bytes.length;
    if (this.#received > this.#cap) this.end(Object.assign(new Error('EFBIG'), { code: 'EFBIG' }));
    else if (this.#listen) this.#listen(bytes);
    else this.#waiting.push(bytes);
  }

  listen(listen: (bytes: Uint8Array) => void): void {
    this.#listen = listen;
    for (const bytes of this.#waiting.splice(0)) listen(bytes);
  }

  onEnd(listen: (error?: Error) => void): void {
    if (this.#isEnded) listen(this.#failure);
    else this.#told = listen;
  }

  end(error?: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#failure = error;
    this.#told?.(error);
  }
}
