import { ByteIndex } from '../base/byte-index.ts';

/** Ways to write paths that are remembered; then all are forgotten, and come again. */
const MOST = 250_000;

/** The names of series by their paths as they come in, so that each is only looked at once. */
export class Paths {
  readonly #seed: number;
  readonly #most: number;
  #index: ByteIndex;
  #names: (string | undefined)[] = [];

  /** `seed` is any number that others do not know. */
  constructor(seed: number, most = MOST) {
    this.#seed = seed;
    this.#most = most;
    this.#index = new ByteIndex(seed);
  }

  /** The number of the path at these bytes; -1 when it is not known. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#index.find(bytes, start, end);
  }

  /** The name that a known path stands for; `undefined` when it stands for none. */
  nameOf(number: number): string | undefined {
    return this.#names[number];
  }

  /** Takes in a path that is not known. The name is one string for all that comes: then it is found by its identity. */
  learn(bytes: Uint8Array, start: number, end: number, name: string | undefined): void {
    if (this.#index.size >= this.#most) {
      this.#index = new ByteIndex(this.#seed);
      this.#names = [];
    }
    this.#names[this.#index.add(bytes, start, end)] = name;
  }
}
