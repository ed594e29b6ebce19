import type { WindowSettings } from './settings.ts';
import { emitTimer, type Sorted } from './timer-stats.ts';
import { type Keeping, TimerValues, type ValueRoom } from './values.ts';

/** One window as it is told of. */
export interface Flush {
  readonly settings: WindowSettings;
  readonly room: ValueRoom;
  /** How long the window was, in seconds of monotonic time. */
  readonly seconds: number;
  emit(name: string, value: number): void;
}

/** What a series is called apart from its kind: what is before and behind its tags. */
export interface Key {
  readonly path: string;
  /** `;k=v;k2=v2`, or nothing. */
  readonly tags: string;
}

/** Whether there may be more of it, or nobody has sent any for so long that it is forgotten. */
export type Fate = 'stays' | 'goes';

/** A sum over a window. */
export class Counter {
  sum = 0;
  #isUsed: boolean = false;
  #idle = 0;

  add(value: number): void {
    this.sum += value;
    this.#isUsed = true;
  }

  /** Tells of the window, and begins anew. */
  settle({ path, tags }: Key, { settings, seconds, emit }: Flush): Fate {
    this.#idle = this.#isUsed ? 0 : this.#idle + 1;
    if (this.#idle > settings.idleFlushes) return 'goes';
    const { prefix, counterNames } = settings;
    const rate = this.sum / seconds;
    if (counterNames === 'legacy') {
      emit(`${prefix}.${path}${tags}`, rate);
      emit(`${prefix}_counts.${path}${tags}`, this.sum);
    } else {
      emit(`${prefix}.counters.${path}.count${tags}`, this.sum);
      emit(`${prefix}.counters.${path}.rate${tags}`, rate);
    }
    if (counterNames === 'usual and opsbro') {
      emit(`${prefix}.gauges.${path}.count${tags}`, this.sum);
      emit(`${prefix}.gauges.${path}.rate${tags}`, rate);
    }
    this.sum = 0;
    this.#isUsed = false;
    return 'stays';
  }
}

/** A value that stays until it is set anew. */
export class Gauge {
  #value: number;
  #samples = 0;
  #sum = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;
  #idle = 0;
  /** It was set since somebody asked last. */
  #isFresh: boolean = false;

  constructor(value = 0) {
    this.#value = value;
  }

  get value(): number {
    return this.#value;
  }

  set(value: number): void {
    this.#value = value;
    this.#samples += 1;
    this.#sum += value;
    if (value < this.#least) this.#least = value;
    if (value > this.#most) this.#most = value;
    this.#isFresh = true;
  }

  /** Whether it was set since this was asked last. */
  takeFresh(): boolean {
    const isFresh = this.#isFresh;
    this.#isFresh = false;
    return isFresh;
  }

  settle({ path, tags }: Key, { settings: { prefix, gaugeTtl }, emit }: Flush): Fate {
    this.#idle = this.#samples > 0 ? 0 : this.#idle + 1;
    if (this.#idle > gaugeTtl) return 'goes';
    emit(`${prefix}.gauges.${path}${tags}`, this.#value);
    if (this.#samples > 0) {
      emit(`${prefix}.gauges.${path}.min${tags}`, this.#least);
      emit(`${prefix}.gauges.${path}.max${tags}`, this.#most);
      emit(`${prefix}.gauges.${path}.mean${tags}`, this.#sum / this.#samples);
    }
    this.#samples = 0;
    this.#sum = 0;
    this.#least = Number.POSITIVE_INFINITY;
    this.#most = Number.NEGATIVE_INFINITY;
    return 'stays';
  }
}

/** The values of a window, of which is told how they are distributed. It is one object, not two, as there may be very many. */
export class Timer extends TimerValues {
  /** 0 while it is as many as came. */
  #weight = 0;
  #idle = 0;

  add(value: number, rate: number, keeping: Keeping): void {
    if (rate !== 1 && this.#weight === 0) this.#weight = this.count;
    this.keep(value, keeping);
    if (this.#weight > 0 || rate !== 1) this.#weight += 1 / rate;
  }

  /** How many there were before some were left out by who sent them. */
  get weight(): number {
    return this.#weight || this.count;
  }

  settle({ path, tags }: Key, flush: Flush): Fate {
    const { settings, seconds, room } = flush;
    const { count, weight } = this;
    this.#idle = count > 0 ? 0 : this.#idle + 1;
    if (this.#idle > settings.idleFlushes) return 'goes';
    const before = `${settings.prefix}.timers.${path}.`;
    const emit = (stat: string, value: number) => flush.emit(`${before}${stat}${tags}`, value);
    emit('count', weight);
    emit('count_ps', weight / seconds);
    if (count > 0) this.#tell(this.take(room), path, settings, emit);
    this.#weight = 0;
    return 'stays';
  }

  /** Gives its room back, untold. */
  drop(room: ValueRoom): void {
    if (this.count > 0) this.take(room);
  }

  #tell(sorted: Sorted, path: string, settings: WindowSettings, emit: (stat: string, value: number) => void): void {
    const { percentiles, histograms } = settings;
    const bins = histograms.find(({ match }) => path.includes(match))?.bins;
    emitTimer(sorted, { percentiles, bins }, emit);
  }
}

/** Members of one set in one window that are told apart. */
const MOST_MEMBERS = 100_000;

/** Texts of a window, of which is told how many different ones there were. */
export class Members {
  readonly #texts = new Set<string>();
  #isUsed: boolean = false;
  #idle = 0;

  get size(): number {
    return this.#texts.size;
  }

  /** Tells whether there was room for it. */
  add(text: string): boolean {
    this.#isUsed = true;
    if (this.#texts.size >= MOST_MEMBERS && !this.#texts.has(text)) return false;
    this.#texts.add(text);
    return true;
  }

  settle({ path, tags }: Key, { settings: { prefix, idleFlushes }, emit }: Flush): Fate {
    this.#idle = this.#isUsed ? 0 : this.#idle + 1;
    if (this.#idle > idleFlushes) return 'goes';
    emit(`${prefix}.sets.${path}.count${tags}`, this.#texts.size);
    this.#texts.clear();
    this.#isUsed = false;
    return 'stays';
  }
}
