import { every } from '../../base/clock.ts';
import { shuffled } from '../../base/random.ts';
import type { ClockTrust } from './clock-trust.ts';
import type { HybridClock } from './hybrid-clock.ts';
import type { Ports } from './ports.ts';
import type { Standpoint } from './standpoint.ts';

const ASK_MS = 20_000;
const MOST_ASKED = 5;

interface Parts {
  readonly ports: Ports;
  readonly trust: ClockTrust;
  readonly clock: HybridClock;
  readonly standpoint: Pick<Standpoint, 'present'>;
  /** Asks a node how it is, and so what time it is there. */
  hail(node: string): Promise<void>;
}

/** Keeps knowing whether the clock of this node can be believed, and puts away what was stamped by it while it was wrong. */
export class ClockWatch implements Disposable {
  readonly #parts: Parts;
  readonly #asking: Disposable;
  #verifying: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#asking = every(parts.ports.clock, ASK_MS, () => void this.#keepUp());
  }

  /** Whether this node may stamp, let expire and forget at this moment. */
  get isSound(): boolean {
    const { trust, clock } = this.#parts;
    return trust.isSound && !(trust.isConfirmed && clock.isTooFarAhead(clock.last));
  }

  /** As `isSound`, after others were asked if nobody knows. */
  async verified(): Promise<boolean> {
    if (this.isSound) return true;
    this.#verifying ??= this.#verify().finally(() => {
      this.#verifying = undefined;
    });
    await this.#verifying;
    return this.isSound;
  }

  [Symbol.dispose](): void {
    this.#asking[Symbol.dispose]();
  }

  async #verify(): Promise<void> {
    await this.#ask(this.#parts.trust.silentFor(0));
  }

  /** Members of a ring tell each other. Who is on none needs the time only when it hands something over. */
  async #keepUp(): Promise<void> {
    const { ports, trust, standpoint } = this.#parts;
    const { members } = standpoint.present;
    if (!members.includes(ports.self)) return;
    const known = trust.among(members, MOST_ASKED);
    await this.#ask(trust.silentFor(ASK_MS).filter((node) => known.has(node)));
  }

  async #ask(nodes: readonly string[]): Promise<void> {
    const { ports, hail } = this.#parts;
    await Promise.allSettled(shuffled(nodes, ports.random).slice(0, MOST_ASKED).map(hail));
    await this.#amend();
  }

  /** Others have the right records of the same keys, or have them brought. */
  async #amend(): Promise<void> {
    const { ports, trust, clock } = this.#parts;
    if (!trust.isConfirmed || !clock.isTooFarAhead(clock.last)) return;
    const { horizon } = clock;
    try {
      const records = await ports.records.setAsideBeyond(horizon);
      await clock.rewind(horizon);
      if (records > 0) ports.tell({ type: 'set-aside', records });
    } catch {
      // A disk that failed; its owner knows, and the next time it is tried again.
    }
  }
}
