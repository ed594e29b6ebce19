import type { Input } from '../../../src/gossip/core/effect.ts';
import type { StreamMessage } from '../../../src/gossip/wire/messages.ts';
import type { SimulatedClock } from '../clock.ts';
import type { Host } from './host.ts';
import type { Network } from './network.ts';
import { streamBytes } from './sizes.ts';

interface Open {
  readonly from: Host;
  readonly to: Host;
  readonly id: number;
  readonly deadline: Disposable;
}

interface Request {
  readonly id: number;
  readonly message: StreamMessage;
  readonly timeoutMs: number;
}

/** Streams between members: a request and at most one answer on each. Where nothing passes, the one who asks waits for the deadline. */
export class Streams {
  readonly #clock: SimulatedClock;
  readonly #network: Network;
  readonly #open = new Map<number, Open>();
  #last = 0;

  constructor(clock: SimulatedClock, network: Network) {
    this.#clock = clock;
    this.#network = network;
  }

  request(from: Host, to: Host | undefined, { id, message, timeoutMs }: Request): void {
    const { streams } = this.#network;
    if (!to?.isUp || this.#network.happens(streams.refuse)) {
      this.#clock.after(1, () => from.take({ type: 'failed', id, error: 'refused', isRefused: true }));
      return;
    }
    const stream = this.#accept(from, to, { id, timeoutMs });
    if (this.#isCut(from, to) || this.#network.happens(streams.halfOpen)) return;
    const isReset = this.#network.happens(streams.reset);
    // Half of those that break have got through.
    const arrives = !isReset || this.#network.happens(0.5);
    const wait = this.#handshake(from, to) + this.#delay(from, to, message);
    if (isReset) this.#clock.after(wait, () => this.#end(stream, { type: 'failed', id, error: 'reset' }));
    if (arrives) this.#clock.after(wait, () => to.take({ type: 'asked', stream, message }));
  }

  answer(from: Host, stream: number, message: StreamMessage): void {
    const open = this.#open.get(stream);
    if (!open || open.to !== from || this.#isCut(from, open.from)) return;
    const { id } = open;
    this.#clock.after(this.#delay(from, open.from, message), () =>
      this.#end(stream, { type: 'answered', id, message }),
    );
  }

  /** A stream that wants no answer. */
  post(from: Host, to: Host | undefined, message: StreamMessage): void {
    if (!to || this.#isCut(from, to) || this.#network.happens(this.#network.streams.refuse)) return;
    const wait = this.#handshake(from, to) + this.#delay(from, to, message);
    this.#clock.after(wait, () => to.take({ type: 'asked', stream: 0, message }));
  }

  #accept(from: Host, to: Host, { id, timeoutMs }: { readonly id: number; readonly timeoutMs: number }): number {
    this.#last += 1;
    const stream = this.#last;
    const fail: Input = { type: 'failed', id, error: 'timeout' };
    const deadline = this.#clock.after(timeoutMs, () => this.#end(stream, fail));
    this.#open.set(stream, { from, to, id, deadline });
    return stream;
  }

  #end(stream: number, input: Input): void {
    const open = this.#open.get(stream);
    this.#open.delete(stream);
    open?.deadline[Symbol.dispose]();
    open?.from.take(input);
  }

  /** A stream needs both directions. */
  #isCut(one: Host, other: Host): boolean {
    return this.#network.isCut(one.key, other.key, 'tcp') || this.#network.isCut(other.key, one.key, 'tcp');
  }

  #handshake(from: Host, to: Host): number {
    return this.#network.streamDelay(from.key, to.key, 0) + this.#network.streamDelay(to.key, from.key, 0);
  }

  #delay(from: Host, to: Host, message: StreamMessage): number {
    const isWide = this.#network.streams.bytesPerMs === Number.POSITIVE_INFINITY;
    return this.#network.streamDelay(from.key, to.key, isWide ? 0 : streamBytes(message));
  }
}
