import type { Link } from '../../../src/gossip/zones/link.ts';
import type { SimulatedClock } from '../clock.ts';

const DELAY_MS = 1;

/** Two ends of a connection between zones; what is sent at one end is heard at the other a millisecond later. */
export class Wire {
  readonly ends: readonly [Link, Link];
  readonly #clock: SimulatedClock;
  readonly #frames: [(frame: Uint8Array) => void, (frame: Uint8Array) => void] = [() => {}, () => {}];
  readonly #closed: [() => void, () => void] = [() => {}, () => {}];
  #isOpen = true;
  /** Bytes that each end sent. */
  readonly sent: [number, number] = [0, 0];

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
    this.ends = [this.#end(0), this.#end(1)];
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#clock.after(DELAY_MS, () => {
      for (const tell of this.#closed) tell();
    });
  }

  #end(side: 0 | 1): Link {
    return {
      send: (frame) => {
        this.sent[side] += frame.length;
        this.#clock.after(DELAY_MS, () => this.#isOpen && this.#frames[side === 0 ? 1 : 0](frame));
        return this.#isOpen;
      },
      onFrame: (listen) => {
        this.#frames[side] = listen;
      },
      onClose: (listen) => {
        this.#closed[side] = listen;
      },
      close: () => this.close(),
    };
  }
}
