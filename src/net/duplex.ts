import { Duplex } from 'node:stream';
import type { Connection } from './tcp.ts';

/** A connection as the drivers of databases take one: a stream with the knobs of a socket, which do nothing. */
class ConnectionStream extends Duplex {
  readonly #connection: Connection;
  #isOver = false;
  #tellOver: () => void = () => {};

  constructor(connection: Connection) {
    super({ allowHalfOpen: false });
    this.#connection = connection;
    // What nobody has read yet is kept; the connection ends before that is more than its `receiveCap`.
    connection.onData((bytes) => void this.push(bytes));
    connection.onEnd((error) => {
      this.#isOver = true;
      this.#tellOver();
      if (error) this.destroy(error);
      else this.push(null);
    });
  }

  /** The connection stands already; a driver that asks for one hears so. */
  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  // Written so that it is not taken for the clock.
  readonly setTimeout = (): this => this;

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(bytes: Uint8Array, _: BufferEncoding, done: () => void): void {
    this.#connection.write(bytes);
    done();
  }

  override _final(done: () => void): void {
    this.#connection.finish();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // Closed no sooner than the connection is, so that TLS over it tells first why it breaks off.
    if (this.#isOver) done(error);
    else this.#tellOver = () => done(error);
    this.#connection.close();
  }
}

/** A connection as a stream, for drivers that bring their own protocol. Destroying the stream closes the connection. */
export const asDuplex = (connection: Connection): Duplex => new ConnectionStream(connection);
