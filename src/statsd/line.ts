import { readNumber } from '../base/read-number.ts';

/** What a sample is: a count, a gauge, a time that is never negative, a value of a distribution, or a member of a set. */
export const TYPE = { none: 0, bad: 1, counter: 2, gauge: 3, time: 4, value: 5, set: 6 } as const;
export type Type = (typeof TYPE)[keyof typeof TYPE];

const [COLON, PIPE, AT, HASH, SMALL_C, CAPITAL_T] = [58, 124, 64, 35, 99, 84];
const [SMALL_D, SMALL_G, SMALL_H, SMALL_M, SMALL_S] = [100, 103, 104, 109, 115];

/**
 * One line of statsd, read in place: where its key, its tags and its values are. One object reads line after line, so that nothing is
 * made for any of them. Its parts are columns of as many entries as `count` says.
 *
 * `key ":" part *( ":" part )`, where a part is `value "|" type *( "|" extension )`; a part without a type takes that of the next that
 * has one. Tags belong to the whole line.
 */
export class Line {
  keyEnd = 0;
  tagStart = 0;
  /** Where the tags end; where they start when there are none. */
  tagEnd = 0;
  count = 0;
  readonly types: Type[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  /** The part of all samples that was sent, above 0 and up to 1. */
  readonly rates: number[] = [];
  /** Epoch seconds that a sample says to be of; NaN when it says none. */
  readonly times: number[] = [];
  #rate = 1;
  #time = Number.NaN;
  #hasRate: boolean = false;
  #hasContainer: boolean = false;
  #isGood: boolean = true;

  /** Reads the line at these bytes; false when it has no key, or no value. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    let at = start;
    while (at < end && bytes[at] !== COLON) at++;
    this.keyEnd = at;
    this.tagStart = 0;
    this.tagEnd = 0;
    this.count = 0;
    if (at === start || at === end) return false;
    let untyped = 0;
    while (at < end) {
      at = this.#readPart(bytes, at + 1, end, untyped);
      if (this.types[this.count - 1] !== TYPE.none) untyped = this.count;
    }
    for (let part = untyped; part < this.count; part++) this.types[part] = TYPE.bad;
    return true;
  }

  /** Reads a part, whose type counts for those before it from `untyped` on. Answers where it ends. */
  #readPart(bytes: Uint8Array, from: number, end: number, untyped: number): number {
    let at = endOfField(bytes, from, end);
    const part = this.count++;
    this.starts[part] = from;
    this.ends[part] = at;
    this.types[part] = TYPE.none;
    if (at === end || bytes[at] === COLON) return at;
    const typeAt = at + 1;
    at = endOfField(bytes, typeAt, end);
    let type = typeOf(bytes, typeAt, at);
    this.#rate = 1;
    this.#time = Number.NaN;
    if (at < end && bytes[at] === PIPE) {
      at = this.#readExtensions(bytes, at, end);
      const isTimed = !Number.isNaN(this.#time);
      if (!this.#isGood || (isTimed && type !== TYPE.counter && type !== TYPE.gauge)) type = TYPE.bad;
    }
    for (let each = untyped; each <= part; each++) {
      this.types[each] = type;
      this.rates[each] = this.#rate;
      this.times[each] = this.#time;
    }
    return at;
  }

  #readExtensions(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    this.#isGood = true;
    this.#hasRate = false;
    this.#hasContainer = false;
    while (at < end && bytes[at] === PIPE) at = this.#readExtension(bytes, at + 1, end);
    return at;
  }

  /** Of each kind there is one at most. Tags and the name of a container may have colons. */
  #readExtension(bytes: Uint8Array, from: number, end: number): number {
    const kind = bytes[from];
    const mayHaveColons = kind === HASH || (kind === SMALL_C && bytes[from + 1] === COLON);
    const at = mayHaveColons ? endOfPiped(bytes, from, end) : endOfField(bytes, from, end);
    if (kind === HASH) this.#takeTags(from + 1, at);
    else if (kind === AT) this.#takeRate(readNumber(bytes, from + 1, at));
    else if (mayHaveColons) this.#takeContainer();
    else if (kind === CAPITAL_T) this.#takeTime(readNumber(bytes, from + 1, at));
    else this.#isGood = false;
    return at;
  }

  #takeTags(start: number, end: number): void {
    if (this.tagStart > 0) this.#isGood = false;
    this.tagStart = start;
    this.tagEnd = end;
  }

  #takeRate(rate: number): void {
    if (this.#hasRate || !(rate > 0 && rate <= 1)) this.#isGood = false;
    else this.#rate = rate;
    this.#hasRate = true;
  }

  #takeTime(time: number): void {
    if (!Number.isNaN(this.#time) || !Number.isInteger(time)) this.#isGood = false;
    else this.#time = time;
  }

  #takeContainer(): void {
    if (this.#hasContainer) this.#isGood = false;
    this.#hasContainer = true;
  }
}

/** Where the next part or the next field begins. */
function endOfField(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte === PIPE || byte === COLON) break;
  }
  return at;
}

function endOfPiped(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== PIPE) at++;
  return at;
}

function typeOf(bytes: Uint8Array, start: number, end: number): Type {
  const first = bytes[start];
  if (end - start === 2) return first === SMALL_M && bytes[start + 1] === SMALL_S ? TYPE.time : TYPE.bad;
  if (end - start !== 1) return TYPE.bad;
  switch (first) {
    case SMALL_C:
    case SMALL_M:
      return TYPE.counter;
    case SMALL_G:
      return TYPE.gauge;
    case SMALL_H:
    case SMALL_D:
      return TYPE.value;
    case SMALL_S:
      return TYPE.set;
    default:
      return TYPE.bad;
  }
}
