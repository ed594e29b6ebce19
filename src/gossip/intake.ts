import type { Connection } from '../net/tcp.ts';

/** What arrives is nearly always a push/pull. */
const MAX_ARRIVING = 128;
const MAX_ARRIVING_PER_ADDRESS = 4;
/** Bytes of unfinished messages that are held for all streams together. */
const MAX_HELD = 64 * 1024 * 1024;
const LOOPBACK = /^(?:127\.|::1$)/;

/** The incoming streams whose message is still arriving: strangers can make us hold only so much of them. */
export class Intake {
  /** The bytes held of each, the oldest stream first. */
  readonly #arriving = new Map<Connection, number>();
  #held = 0;

  /** Whether one more stream from there may begin; many agents may share the machine, so loopback is not limited here. */
  hasRoomFor(address: string): boolean {
    if (this.#arriving.size >= MAX_ARRIVING) return false;
    if (LOOPBACK.test(address)) return true;
    let fromThere = 0;
    for (const { remote } of this.#arriving.keys()) if (remote.address === address) fromThere += 1;
    return fromThere < MAX_ARRIVING_PER_ADDRESS;
  }

  /** Counts a stream from its first moment until `end`. */
  begin(connection: Connection): void {
    this.#arriving.set(connection, 0);
  }

  /** Counts bytes of a stream. */
  hold(connection: Connection, bytes: number): void {
    const before = this.#arriving.get(connection);
    if (before === undefined) return;
    this.#arriving.set(connection, before + bytes);
    this.#held += bytes;
  }

  /** Whether a stream began and has not ended. */
  has(connection: Connection): boolean {
    return this.#arriving.has(connection);
  }

  /** The newest stream while all together hold too much: it has to go. */
  get excess(): Connection | undefined {
    return this.#held > MAX_HELD ? [...this.#arriving.keys()].at(-1) : undefined;
  }

  /** Its message is here, or nothing more comes of it; may be called again. */
  end(connection: Connection): void {
    this.#held -= this.#arriving.get(connection) ?? 0;
    this.#arriving.delete(connection);
  }
}
