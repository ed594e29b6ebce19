import { ByteIndex } from '../base/byte-index.ts';
import { seriesPath } from './path.ts';

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

  /** The name that the path at these bytes stands for; `undefined` when it stands for none. */
  nameOf(bytes: Uint8Array, start: number, end: number): string | undefined {
    const known = this.#index.find(bytes, start, end);
    if (known >= 0) return this.#names[known];
    if (this.#index.size >= this.#most) {
      this.#index = new ByteIndex(this.#seed);
      this.#names = [];
    }
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
    // One string of the name for all that comes: then what is looked up by it is found by its identity.
    const name = seriesPath(text);
    this.#names[this.#index.add(bytes, start, end)] = name;
    return name;
  }
}
