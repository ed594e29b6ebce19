/** What a series of statsd is for Prometheus: a part of a family of that name, which is a path with dots. */
export interface StatsdForm {
  readonly type: 'counter' | 'summary';
  readonly path: string;
  readonly suffix?: '_sum' | '_count';
  /** The part of the values, as text, that is not above the value. */
  readonly quantile?: string;
  readonly value: number;
}

interface Running {
  sum: number;
  /** When the last window ended that it has, in epoch seconds. */
  time: number;
}

/** Sums that are kept. */
const MOST = 50_000;
const COUNT = '.count';
const SUM = '.sum';
const QUANTILE = /\.upper_(\d+(?:_\d+)?)$/;

/**
 * Series of statsd say what each window had, Prometheus wants to know what there was since the start: sums over the windows of counters,
 * and of the numbers and values of timers.
 */
export class StatsdSums {
  readonly #counters: string;
  readonly #timers: string;
  readonly #sums = new Map<string, Running>();

  /** `prefix` is the first element of the names. */
  constructor(prefix: string) {
    this.#counters = `${prefix}.counters.`;
    this.#timers = `${prefix}.timers.`;
  }

  /** Takes a point of a window that ended at `time` (epoch seconds); what is not to be summed is left alone. */
  take(name: string, value: number, time: number): void {
    const isCounter = name.startsWith(this.#counters);
    if (!isCounter && !name.startsWith(this.#timers)) return;
    const [path] = splitName(name);
    if (!path.endsWith(COUNT) && (isCounter || !path.endsWith(SUM))) return;
    const known = this.#sums.get(name);
    if (known) {
      known.sum += value;
      known.time = Math.max(known.time, time);
    } else if (this.#sums.size < MOST) this.#sums.set(name, { sum: value, time });
  }

  /** What a series is with its last value; `undefined` for one that is shown as it is. */
  formOf(name: string, value: number): StatsdForm | undefined {
    const [path, tags] = splitName(name);
    const sum = this.#sums.get(name)?.sum;
    if (sum !== undefined) return summed(path, sum, path.startsWith(this.#counters) ? 'counter' : 'summary');
    const [ending = '', written = ''] = path.startsWith(this.#timers) ? (QUANTILE.exec(path) ?? []) : [];
    const timer = path.slice(0, path.length - ending.length);
    if (ending === '' || !this.#sums.has(`${timer}${COUNT}${tags}`)) return undefined;
    return { type: 'summary', path: timer, quantile: quantileOf(written), value };
  }

  /** Forgets sums of which no window since then (epoch seconds) had any; should they come back, they begin at 0. */
  forgetBefore(time: number): void {
    for (const [name, running] of this.#sums) if (running.time < time) this.#sums.delete(name);
  }
}

function summed(path: string, value: number, type: StatsdForm['type']): StatsdForm {
  const at = path.lastIndexOf('.');
  const base = path.slice(0, at);
  if (type === 'counter') return { type, path: `${base}_total`, value };
  return { type, path: base, suffix: path.endsWith(SUM) ? '_sum' : '_count', value };
}

function splitName(name: string): readonly [path: string, tags: string] {
  const at = name.indexOf(';');
  return at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at)];
}

/** `99_9` of a hundred is 0.999, without what a division by binary numbers adds. */
const quantileOf = (written: string): string =>
  String(Number((Number(written.replace('_', '.')) / 100).toPrecision(12)));
