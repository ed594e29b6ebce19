import { type Clock, delay } from '../base/clock.ts';
import { type Connection, connectTcp, connectTls } from '../net/tcp.ts';
import type { Wire } from './wire.ts';

const CONNECT_MS = 10_000;
/** A connection that takes nothing for so long is broken. */
const STALLED_MS = 30_000;
const FINISH_MS = 5_000;
const LOOK_MS = 10;
/** Bytes that may be under way. */
const UNDER_WAY = 262_144;

/** Where to, and how. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly transport: 'tcp' | 'tls';
}

/** Connects to a server that only takes. */
export async function dialTcp(to: Destination, clock: Clock, signal: AbortSignal): Promise<Wire> {
  const limit = new AbortController();
  const giveUp = () => limit.abort(new Error('the connection was not there within 10 s'));
  const timer = clock.after(CONNECT_MS, giveUp);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const at = { address: to.host, port: to.port };
    const connecting =
      to.transport === 'tls' ? connectTls(at, { servername: to.host }, limit.signal) : connectTcp(at, limit.signal);
    return new TcpWire(await connecting, clock);
  } finally {
    timer[Symbol.dispose]();
    signal.removeEventListener('abort', giveUp);
  }
}

class TcpWire implements Wire {
  readonly #connection: Connection;
  readonly #clock: Clock;
  #fault: Error | undefined;

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    // What it says is of no interest, but that it ends is only seen by who reads.
    connection.onData(() => {});
    connection.onEnd((error) => {
      this.#fault = error ?? new Error('the other side closed the connection');
    });
  }

  async send(bytes: Buffer): Promise<void> {
    if (this.#fault) throw this.#fault;
    this.#connection.write(bytes);
    await this.#drained(UNDER_WAY, STALLED_MS);
  }

  async finish(): Promise<void> {
    await this.#drained(0, FINISH_MS);
    this.#connection.finish();
    const end = this.#clock.now() + FINISH_MS;
    while (!this.#fault && this.#clock.now() < end) await delay(this.#clock, LOOK_MS);
    this.#connection.close();
  }

  close(): void {
    this.#connection.close();
  }

  async #drained(most: number, patienceMs: number): Promise<void> {
    let last = this.#connection.unsent;
    let movedAt = this.#clock.now();
    while (this.#connection.unsent > most) {
      if (this.#fault) throw this.#fault;
      await delay(this.#clock, LOOK_MS);
      const { unsent } = this.#connection;
      if (unsent !== last) movedAt = this.#clock.now();
      else if (this.#clock.now() - movedAt >= patienceMs) throw new Error('the other side takes nothing any more');
      last = unsent;
    }
    if (this.#fault) throw this.#fault;
  }
}
