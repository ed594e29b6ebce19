import type { Clock } from '../../base/clock.ts';
import { compareVersions, type Version } from '../version.ts';

interface Promised {
  readonly version: Version;
  readonly until: number;
}

/**
 * What this node promised to those who compare and set. Promises live as long as a request and only in memory: after its start a node makes
 * none for as long, so that none that it made before is broken.
 */
export class Promises {
  readonly #clock: Clock;
  readonly #lifetimeMs: number;
  readonly #since: number;
  readonly #promised = new Map<string, Promised>();

  constructor(clock: Clock, lifetimeMs: number) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
    this.#since = clock.now() + lifetimeMs;
  }

  /** Whether promises made before the start may still be waited on. */
  get isTooEarly(): boolean {
    return this.#clock.now() < this.#since;
  }

  /** The version below which nothing may be written to a key, if there is one. */
  floor(key: string): Version | undefined {
    const promised = this.#promised.get(key);
    if (promised === undefined || promised.until > this.#clock.now()) return promised?.version;
    this.#promised.delete(key);
    return undefined;
  }

  /** Promises, unless more was promised already. */
  make(key: string, version: Version): 'made' | Version {
    const floor = this.floor(key);
    if (floor !== undefined && compareVersions(floor, version) > 0) return floor;
    if (this.#promised.size === 0) this.#clock.after(this.#lifetimeMs, () => this.#forget());
    this.#promised.set(key, { version, until: this.#clock.now() + this.#lifetimeMs });
    return 'made';
  }

  #forget(): void {
    const now = this.#clock.now();
    for (const [key, { until }] of this.#promised) if (until <= now) this.#promised.delete(key);
    if (this.#promised.size > 0) this.#clock.after(this.#lifetimeMs, () => this.#forget());
  }
}
