import { ByteIndex } from '../base/byte-index.ts';
import type { Random } from '../base/random.ts';
import { readNumber } from '../base/read-number.ts';
import type { StatsdCounters } from './counters.ts';
import { seriesKey } from './key.ts';
import { Counter, type Flush, Gauge, Members, Timer } from './kinds.ts';
import { Line, TYPE } from './line.ts';
import { Named } from './named.ts';
import type { WindowSettings } from './settings.ts';
import { type Keeping, ValueRoom } from './values.ts';

const [TAGS_FOLLOW, PLUS, MINUS, EQUALS] = [10, 43, 45, 61];
/** Ways to write the same key that are remembered, for each key that there may be. */
const SPELLINGS = 2;
const DAY = 86_400;
const AHEAD = 60;

/** Where points go. */
export type Store = (name: string, value: number, time: number) => void;

interface WindowOptions {
  readonly settings: WindowSettings;
  readonly counters: StatsdCounters;
  readonly random: Random;
  readonly store: Store;
  /** Epoch seconds. */
  now(): number;
}

/** What became of a sample. */
type Outcome = 'taken' | 'bad' | 'dropped';

/** Whether somebody may still send what nobody has sent before. */
export type MayBegin = () => boolean;

/** The samples of the window that is open, by series; lines go in, and what is told of them comes out when the window ends. */
export class Window {
  readonly #options: WindowOptions;
  readonly #line = new Line();
  readonly #keeping: Keeping;
  readonly #seed: number;
  /** Keys in all their spellings, tags behind a line feed; the number of each is its place in `#byNumber`. */
  #spellings: ByteIndex;
  #byNumber: Named[] = [];
  readonly #all = new Map<string, Named>();
  #scratch = new Uint8Array(256);
  /** How windows are numbered; what has another number than the open one is of the window that is being told of. */
  #number = 0;
  #flush: Flush | undefined;
  #gone = 0;

  constructor(options: WindowOptions) {
    this.#options = options;
    this.#seed = Math.floor(options.random() * 2 ** 32);
    this.#spellings = new ByteIndex(this.#seed);
    const { random, settings } = options;
    this.#keeping = { room: new ValueRoom(), most: settings.timerReservoir, random };
  }

  /** Everything that is known, in the order in which it came. */
  get all(): Iterable<Named> {
    return this.#all.values();
  }

  /** Takes the samples of the line at these bytes. */
  take(bytes: Uint8Array, start: number, end: number, mayBegin: MayBegin): void {
    const line = this.#line;
    const { counters } = this.#options;
    if (!line.read(bytes, start, end)) {
      counters.badLines += 1;
      return;
    }
    const named = this.#named(bytes, start, mayBegin);
    if (named === 'bad') counters.badLines += 1;
    else if (named === 'dropped') counters.seriesDropped += line.count;
    else this.#takeParts(named, bytes);
  }

  #takeParts(named: Named, bytes: Uint8Array): void {
    if (named.window !== this.#number) {
      this.#settle(named);
      // It came back in the moment in which it was forgotten.
      if (named.isEmpty) this.#all.set(named.key, named);
    }
    for (let part = 0; part < this.#line.count; part++) this.#takePart(named, bytes, part);
    if (named.isEmpty) this.#all.delete(named.key);
  }

  /** Sets a gauge as it was before a restart. */
  restoreGauge(key: string, value: number): void {
    const named = this.#all.get(key) ?? this.#begin(key);
    if (named.gauge) return;
    named.gauge = new Gauge(value);
    this.#options.counters.series += 1;
  }

  /** Forgets all series of a key. Tells whether there was one. */
  forget(key: string): boolean {
    const named = this.#all.get(key);
    if (!named) return false;
    this.#options.counters.series -= named.drop(this.#keeping.room);
    this.#all.delete(key);
    this.#respell();
    return true;
  }

  /** Ends the window, which was so many seconds long; the answer tells of some series more each time, until it says `done`. */
  end(seconds: number, time: number): (howMany: number) => 'more' | 'done' {
    const { settings, store } = this.#options;
    const emit = (name: string, value: number) => store(name, value, time);
    this.#flush = { settings, room: this.#keeping.room, seconds, emit };
    this.#number += 1;
    const rest = [...this.#all.values()];
    let at = 0;
    return (howMany) => {
      const until = Math.min(rest.length, at + howMany);
      for (; at < until; at++) {
        const named = rest[at];
        if (named && named.window !== this.#number) this.#settle(named);
      }
      if (at < rest.length) return 'more';
      if (this.#gone > 0) this.#respell();
      return 'done';
    };
  }

  #settle(named: Named): void {
    if (!this.#flush) return;
    const gone = named.settle(this.#flush, this.#number);
    this.#options.counters.series -= gone;
    if (named.series === 0) {
      this.#all.delete(named.key);
      this.#gone += 1;
    }
  }

  /** Begins the index anew, with what is still there. */
  #respell(): void {
    this.#gone = 0;
    this.#spellings = new ByteIndex(this.#seed);
    this.#byNumber = [];
  }

  #named(bytes: Uint8Array, start: number, mayBegin: MayBegin): Named | 'bad' | 'dropped' {
    const { keyEnd, tagStart, tagEnd } = this.#line;
    if (tagEnd === tagStart) return this.#spelled(bytes, start, keyEnd, mayBegin);
    const length = keyEnd - start + 1 + tagEnd - tagStart;
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(2 * length);
    const scratch = this.#scratch;
    let to = 0;
    for (let at = start; at < keyEnd; at++) scratch[to++] = bytes[at] as number;
    scratch[to++] = TAGS_FOLLOW;
    for (let at = tagStart; at < tagEnd; at++) scratch[to++] = bytes[at] as number;
    return this.#spelled(scratch, 0, length, mayBegin);
  }

  #spelled(bytes: Uint8Array, start: number, end: number, mayBegin: MayBegin): Named | 'bad' | 'dropped' {
    const known = this.#spellings.find(bytes, start, end);
    if (known >= 0) {
      const named = this.#byNumber[known] as Named;
      if (!named.isEmpty) return named;
    }
    return this.#spelledAnew(bytes, start, end, mayBegin);
  }

  #spelledAnew(bytes: Uint8Array, start: number, end: number, mayBegin: MayBegin): Named | 'bad' | 'dropped' {
    const { settings } = this.#options;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
    const at = text.indexOf('\n');
    const [written, tags] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
    const key = seriesKey(written, tags, settings.influxTags);
    if (key === undefined) return 'bad';
    const known = this.#all.get(key);
    if (!known && (this.#options.counters.series >= settings.maxSeries || !mayBegin())) return 'dropped';
    const named = known ?? this.#begin(key);
    const spelling = this.#spellings.find(bytes, start, end);
    if (spelling < 0 && this.#spellings.size >= SPELLINGS * settings.maxSeries) this.#respell();
    this.#byNumber[spelling >= 0 ? spelling : this.#spellings.add(bytes, start, end)] = named;
    return named;
  }

  #begin(key: string): Named {
    const named = new Named(key, this.#number);
    this.#all.set(key, named);
    return named;
  }

  #takePart(named: Named, bytes: Uint8Array, part: number): void {
    const { counters } = this.#options;
    const outcome = this.#takeSample(named, bytes, part);
    if (outcome === 'taken') counters.samples += 1;
    else if (outcome === 'bad') counters.badLines += 1;
    else counters.seriesDropped += 1;
  }

  #takeSample(named: Named, bytes: Uint8Array, part: number): Outcome {
    const { types, starts, ends, rates, times } = this.#line;
    const type = types[part];
    const [from, until] = [starts[part] as number, ends[part] as number];
    if (type === TYPE.set) return this.#takeMember(named, bytes, from, until);
    if (type === TYPE.gauge) return this.#takeGauge(named, bytes, part);
    if (type === TYPE.bad) return 'bad';
    const value = readNumber(bytes, from, until);
    if (Number.isNaN(value)) return 'bad';
    const rate = rates[part] as number;
    if (type !== TYPE.counter) return type === TYPE.time && value < 0 ? 'bad' : this.#takeTime(named, value, rate);
    const time = times[part] as number;
    if (!Number.isNaN(time)) return this.#storeAt(`counters.${named.path}.count${named.tags}`, value, time);
    if (!named.counter && !this.#hasRoom()) return 'dropped';
    named.counter ??= new Counter();
    named.counter.add(value / rate);
    return 'taken';
  }

  #takeTime(named: Named, value: number, rate: number): Outcome {
    if (!named.timer && !this.#hasRoom()) return 'dropped';
    named.timer ??= new Timer();
    named.timer.add(value, rate, this.#keeping);
    return 'taken';
  }

  #takeGauge(named: Named, bytes: Uint8Array, part: number): Outcome {
    const line = this.#line;
    const [start, until] = [line.starts[part] as number, line.ends[part] as number];
    let from = start;
    while (from < until && bytes[from] === 32) from++;
    const sign = bytes[from];
    const value = readNumber(bytes, sign === EQUALS ? from + 1 : from, until);
    if (Number.isNaN(value)) return 'bad';
    const time = line.times[part] as number;
    if (!Number.isNaN(time)) return this.#storeAt(`gauges.${named.path}${named.tags}`, value, time);
    if (!named.gauge && !this.#hasRoom()) return 'dropped';
    named.gauge ??= new Gauge();
    const isChange = sign === PLUS || sign === MINUS;
    named.gauge.set(isChange ? named.gauge.value + value : value);
    return 'taken';
  }

  #takeMember(named: Named, bytes: Uint8Array, from: number, until: number): 'taken' | 'dropped' {
    if (!named.members && !this.#hasRoom()) return 'dropped';
    named.members ??= new Members();
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, until - from).toString();
    if (!named.members.add(text === '' ? '0' : text)) this.#options.counters.membersDropped += 1;
    return 'taken';
  }

  /** A sample that says its time is a point already. */
  #storeAt(name: string, value: number, time: number): 'taken' | 'bad' {
    const { now, settings, store } = this.#options;
    const age = now() - time;
    if (age > DAY || age < -AHEAD) return 'bad';
    store(`${settings.prefix}.${name}`, value, time);
    return 'taken';
  }

  /** Takes room for one series more. */
  #hasRoom(): boolean {
    const { counters, settings } = this.#options;
    if (counters.series >= settings.maxSeries) return false;
    counters.series += 1;
    return true;
  }
}
