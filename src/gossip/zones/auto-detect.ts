import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { bestToJoin } from '../../model/detected.ts';
import type { Detected } from '../../model/pool.ts';
import { endpointText } from '../../net/address.ts';

interface AutoDetectOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** A proxy takes anybody at once, others look for a proxy first. */
  readonly isProxy: boolean;
  /** The zone that this node is in at the moment. */
  zone(): string;
  isAlone(): boolean;
  search(timeoutMs: number): Promise<readonly Detected[]>;
  join(address: string): Promise<string | undefined>;
}

const WINDOW_MS = 5_000;
/** From the end of a window to the next: a search every ten seconds. */
const PAUSE_MS = 5_000;
/** When so many windows have shown no proxy any node will do. */
const PATIENT_WINDOWS = 3;

/** Looks for the pool on the local networks, over and over until somebody is found. */
export class AutoDetect implements Disposable {
  readonly #options: AutoDetectOptions;
  #windows = 0;
  /** Why the network could not be asked; it is told once, not at each try. */
  #failure = '';
  #next: Disposable | undefined;
  #phase: 'running' | 'ended' = 'running';

  constructor(options: AutoDetectOptions) {
    this.#options = options;
  }

  /** Begins at once; answers when the first window is over. */
  async start(): Promise<void> {
    const { clock, isAlone } = this.#options;
    if (this.#phase === 'ended') return;
    if (isAlone()) {
      try {
        await this.#look();
      } catch (error) {
        this.#report(messageOf(error));
      }
    }
    if (this.#phase === 'running') this.#next = clock.after(PAUSE_MS, () => void this.start());
  }

  [Symbol.dispose](): void {
    this.#phase = 'ended';
    this.#next?.[Symbol.dispose]();
  }

  #report(why: string): void {
    if (why !== this.#failure) this.#options.log.warn({ why }, 'the local network could not be asked who is there');
    this.#failure = why;
  }

  async #look(): Promise<void> {
    const { isAlone, isProxy, join, log, search, zone } = this.#options;
    this.#windows += 1;
    const found = bestToJoin(await search(WINDOW_MS), zone());
    if (!found || !isAlone() || this.#phase === 'ended') return;
    if (!found.isProxy && !isProxy && this.#windows < PATIENT_WINDOWS) return;
    const address = endpointText(found);
    const error = await join(address);
    if (error === undefined) log.info({ member: found.name, address }, 'found on the local network and joined');
    else log.debug({ address, error }, 'found on the local network but not joined');
  }
}
