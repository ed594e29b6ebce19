import type { PacketMessage } from '../../../src/gossip/wire/messages.ts';
import type { SimulatedClock } from '../clock.ts';

/** A datagram as it was seen on its way. */
export interface Overheard {
  readonly to: string;
  readonly messages: readonly PacketMessage[];
}

/** A recording holds no more than so many datagrams. */
const MAX_RECORDED = 100_000;

/** Someone on the network who is no member: listens to everything, and sends to whom it likes what it likes. */
export class Adversary {
  readonly #clock: SimulatedClock;
  readonly #deliver: (to: string, messages: readonly PacketMessage[]) => void;
  #recorded: Overheard[] | undefined;

  constructor(clock: SimulatedClock, deliver: (to: string, messages: readonly PacketMessage[]) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  send(to: string, messages: readonly PacketMessage[]): void {
    this.#deliver(to, messages);
  }

  /** Sends so many datagrams a second for so long. */
  flood(to: string, perSecond: number, ms: number, make: (place: number) => readonly PacketMessage[]): void {
    const count = Math.floor((perSecond * ms) / 1_000);
    for (let place = 0; place < count; place += 1) {
      this.#clock.after((place * 1_000) / perSecond, () => this.#deliver(to, make(place)));
    }
  }

  /** Keeps every datagram from now on, until the answer is called, which gives them. */
  record(): () => readonly Overheard[] {
    const recorded: Overheard[] = [];
    this.#recorded = recorded;
    return () => {
      this.#recorded = undefined;
      return recorded;
    };
  }

  /** Sends a recording again, to whom it went or to one other member, a millisecond apart. */
  replay(recording: readonly Overheard[], to?: string): void {
    for (const [place, datagram] of recording.entries()) {
      this.#clock.after(place, () => this.#deliver(to ?? datagram.to, datagram.messages));
    }
  }

  /** Told of each datagram on the network. */
  overhear(datagram: Overheard): void {
    if (this.#recorded && this.#recorded.length < MAX_RECORDED) this.#recorded.push(datagram);
  }
}
