import { lookup } from 'node:dns/promises';
import { type Clock, every } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { bindUdp, type UdpSocket } from '../net/udp.ts';
import { datagrams } from './encode.ts';
import type { Target, TargetStats } from './spooled-target.ts';

const FLUSH_MS = 1_000;
const LONGEST = 1_432;
const MOST_WAITING = 10_000;

/** Somebody who gets points as datagrams, of which nobody tells whether they arrive; nothing waits on disk. */
export class UdpTarget implements Target {
  readonly #to: { readonly host: string; readonly port: number };
  readonly #timer: Disposable;
  #socket: UdpSocket | undefined;
  #waiting: string[] = [];
  #work: Promise<void> = Promise.resolve();
  #sent = 0;
  #dropped = 0;
  #failure = '';

  constructor(to: { readonly host: string; readonly port: number }, clock: Clock) {
    this.#to = to;
    this.#timer = every(clock, FLUSH_MS, () => this.#flush());
  }

  add(line: string): void {
    if (this.#waiting.length >= MOST_WAITING) this.#dropped += 1;
    else this.#waiting.push(line);
  }

  stats(): TargetStats {
    const { length: queue } = this.#waiting;
    return { queue, spoolBytes: 0, sent: this.#sent, dropped: this.#dropped, failure: this.#failure };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer[Symbol.dispose]();
    this.#flush();
    await this.#work;
    await this.#socket?.[Symbol.asyncDispose]();
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    this.#work = this.#work.then(() => this.#send());
  }

  async #send(): Promise<void> {
    const lines = this.#waiting;
    this.#waiting = [];
    try {
      const { address } = await lookup(this.#to.host);
      this.#socket ??= await bindUdp({ address: address.includes(':') ? '::' : '0.0.0.0', port: 0 });
      for (const datagram of datagrams(Buffer.from(lines.join('')), LONGEST)) {
        this.#socket.send(datagram, { address, port: this.#to.port });
      }
      this.#sent += lines.length;
      this.#failure = '';
    } catch (error) {
      this.#dropped += lines.length;
      this.#failure = messageOf(error);
    }
  }
}
