import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { type Random, shuffled } from '../base/random.ts';

interface RejoinOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Tries one written address; the error, or nothing when it joined or is this node itself. */
  readonly join: (address: string) => Promise<string | undefined>;
  /** Whether no other member lives. */
  readonly isAlone: () => boolean;
  /** Where other members were seen last. */
  readonly lastSeen: () => readonly string[];
  /** Where members were that had been dead already: they are tried last. */
  readonly lastDead?: () => readonly string[];
  /** Told after the first round, whatever came of it. */
  readonly tried: () => void;
}

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** Finds back to the pool: tries members of old in random order, then the seeds, then the dead, and again for ever while this node is alone. */
export class Rejoin implements Disposable {
  readonly #options: RejoinOptions;
  readonly #seeds: ReadonlySet<string>;
  /** Seeds whose failure was told. */
  readonly #warned = new Set<string>();
  #pause = FIRST_PAUSE;
  #next: Disposable | undefined;
  #phase: 'running' | 'ended' = 'running';

  constructor(options: RejoinOptions, seeds: readonly string[]) {
    this.#options = options;
    this.#seeds = new Set(seeds);
  }

  /** Begins at once; answers when the first round is over. */
  async start(): Promise<void> {
    await this.#round({ isFirst: true });
    this.#options.tried();
  }

  [Symbol.dispose](): void {
    this.#phase = 'ended';
    this.#next?.[Symbol.dispose]();
  }

  /** Once also when somebody has found us before we looked: only who is asked tells of all others, who else would count as dead. */
  async #round({ isFirst }: { readonly isFirst: boolean }): Promise<void> {
    const { clock, isAlone, random } = this.#options;
    if (isFirst || isAlone()) await this.#tryAll();
    if (this.#phase === 'ended') return;
    // A node in company looks again from time to time: everyone else may have gone.
    this.#pause = isAlone() ? Math.min(LONGEST_PAUSE, this.#pause * 2) : LONGEST_PAUSE;
    const wait = isAlone() ? (this.#pause / 2) * (0.75 + random() / 2) : LONGEST_PAUSE;
    this.#next = clock.after(wait, () => void this.#round({ isFirst: false }));
  }

  async #tryAll(): Promise<void> {
    const { isAlone, join, lastSeen, lastDead = () => [], random } = this.#options;
    const addresses = new Set([...shuffled(lastSeen(), random), ...this.#seeds, ...shuffled(lastDead(), random)]);
    for (const address of addresses) {
      if (this.#phase === 'ended') return;
      const error = await join(address);
      // A seed may be ourselves; that is no company.
      if (error === undefined && !isAlone()) return;
      if (error !== undefined) this.#tell(address, error);
    }
  }

  /** A person wrote the seed and wants to know, once; members of old come and go. */
  #tell(address: string, error: string): void {
    const { log } = this.#options;
    if (this.#phase === 'ended' || !this.#seeds.has(address) || this.#warned.has(address)) {
      log.debug({ address, error }, 'could not join');
      return;
    }
    this.#warned.add(address);
    log.warn({ seed: address, error }, `seed "${address}" could not be joined: ${error}; it is tried again`);
  }
}
