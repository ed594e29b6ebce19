import { base64 } from './wire.ts';

/** Where keys are in etcd: the value of each at one place, what is known of it at another, so that watching does not carry values. */
export class Places {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  value(key: string): string {
    return base64(`${this.#prefix}v/${key}`);
  }

  about(key: string): string {
    return base64(`${this.#prefix}m/${key}`);
  }

  /** All keys that begin with `prefix`, those behind `after` if it is given. */
  values(prefix: string, after?: string) {
    const end = beyond(Buffer.from(`${this.#prefix}v/${prefix}`));
    const start = Buffer.from(`${this.#prefix}v/${after === undefined ? prefix : `${after}\u0000`}`);
    const isInside = after === undefined || Buffer.compare(start, Buffer.from(`${this.#prefix}v/${prefix}`)) > 0;
    return { key: isInside ? base64(start) : this.value(prefix), range_end: base64(end) };
  }

  /** What is known of all keys. With `marked` the range goes one place further, to a mark behind everything. */
  abouts(how: 'keys' | 'marked') {
    return { key: this.about(''), range_end: base64(`${this.#prefix}m${how === 'keys' ? '0' : '1'}`) };
  }

  /** The mark behind everything. */
  get mark(): string {
    return base64(`${this.#prefix}m0`);
  }

  /** What is known of one key, and a mark right behind it that no key can be. */
  aboutMarked(key: string) {
    return {
      key: this.about(key),
      range_end: base64(`${this.#prefix}m/${key}\u0000\u0000`),
      mark: this.about(`${key}\u0000`),
    };
  }

  /** The key of a place; `undefined` for a mark. */
  keyOf(place: string): string | undefined {
    const key = place.slice(this.#prefix.length + 2);
    return place.startsWith(`${this.#prefix}m/`) || place.startsWith(`${this.#prefix}v/`) ? unmarked(key) : undefined;
  }
}

const unmarked = (key: string): string | undefined => (key.endsWith('\u0000') ? undefined : key);

/** The first bytes behind all that begin so. */
function beyond(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  const last = end.length - 1;
  end[last] = (end[last] ?? 0) + 1;
  return end;
}
