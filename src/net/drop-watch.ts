import type { Endpoint } from './address.ts';
import { kernelDrops } from './udp-drops.ts';

/** Looks after which the last drops are old news. */
const RECENT = 6;

/** Says what to do when the kernel throws datagrams of a door away. */
export class DropWatch {
  readonly #drops: () => number;
  #last: number;
  #quiet = RECENT;

  /** `sockets` are those of the door. */
  constructor(sockets: readonly Endpoint[], drops: () => number = () => kernelDrops(sockets)) {
    this.#drops = drops;
    this.#last = drops();
  }

  /** Datagrams thrown away since the sockets were opened. */
  get total(): number {
    return this.#drops();
  }

  /** What is to be said now, once in a while: empty when all is well. */
  look(): string {
    const total = this.#drops();
    this.#quiet = total > this.#last ? 0 : this.#quiet + 1;
    this.#last = total;
    if (this.#quiet >= RECENT) return '';
    return (
      `the system threw away ${total} datagrams because they came faster than they were read: raise net.core.rmem_max ` +
      '(sysctl -w net.core.rmem_max=8388608) and start again, send over TCP, or put more lines into a datagram'
    );
  }
}
