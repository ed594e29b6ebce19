import type { Clock } from '../../base/clock.ts';

const REST_MS = 5_000;

/** The places of a cluster, of which one is as good as another. One that failed is left alone for 5 s. */
export class Endpoints {
  readonly #clock: Clock;
  readonly #all: readonly URL[];
  readonly #restingUntil = new Map<URL, number>();
  #preferred = 0;

  constructor(clock: Clock, all: readonly URL[]) {
    this.#clock = clock;
    this.#all = all;
  }

  /** In the order to try them: the one that answered last first, those that rest at the end. */
  inOrder(): readonly URL[] {
    const turned = [...this.#all.slice(this.#preferred), ...this.#all.slice(0, this.#preferred)];
    const now = this.#clock.now();
    const rests = (endpoint: URL) => (this.#restingUntil.get(endpoint) ?? 0) > now;
    return [...turned.filter((endpoint) => !rests(endpoint)), ...turned.filter(rests)];
  }

  answered(endpoint: URL): void {
    this.#restingUntil.delete(endpoint);
    this.#preferred = Math.max(0, this.#all.indexOf(endpoint));
  }

  failed(endpoint: URL): void {
    this.#restingUntil.set(endpoint, this.#clock.now() + REST_MS);
  }
}
