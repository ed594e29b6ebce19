import type { MetricType } from './metric.ts';

/** A metric as a program printed it. */
export interface ReadMetric {
  readonly name: string;
  /** What stood before the last dot of the name. */
  readonly dimension?: string;
  readonly type: MetricType;
  /** Whole numbers of 64 bits are bigints. */
  readonly value: number | bigint | string;
  readonly unit: string;
}

/** What a program said of what it checks. */
export interface Reading {
  readonly state: 'available' | 'unavailable';
  /** The text behind the status, or the error; `success` when it said nothing. */
  readonly status: string;
  /** The program said `err` or the reader found a fault. */
  readonly isError: boolean;
  readonly metrics: readonly ReadMetric[];
  /** Milliseconds since 1970 that the program named. */
  readonly timestamp?: number;
  /** Lines that were passed over, and why. */
  readonly warnings: readonly string[];
}

const MOST_METRICS = 10_000;
const LONGEST_STATUS = 256;

const TYPES: ReadonlyMap<string, MetricType> = new Map([
  ['string', 'string'],
  ['gauge', 'gauge'],
  ['int32', 'int32'],
  ['uint32', 'uint32'],
  ['int64', 'int64'],
  ['uint64', 'uint64'],
  ['double', 'double'],
  ['int', 'int64'],
  ['float', 'double'],
]);

const WIDE: ReadonlySet<MetricType> = new Set<MetricType>(['int64', 'uint64', 'gauge']);

/** Reads what a program of this kind prints: `status`, `state`, `metric` and `timestamp` lines. After the first fault nothing counts. */
export function readLines(output: string, mostMetrics = MOST_METRICS): Reading {
  const reader = new Reader(mostMetrics);
  for (const line of output.split('\n')) {
    if (line.trim() === '') continue;
    if (!reader.take(line.replace(/\r$/, ''))) break;
  }
  return reader.reading;
}

class Reader {
  readonly #mostMetrics: number;
  readonly #metrics: ReadMetric[] = [];
  readonly #warnings: string[] = [];
  #state: 'available' | 'unavailable' = 'available';
  #status: string | undefined;
  #fault: string | undefined;
  #timestamp: number | undefined;

  constructor(mostMetrics: number) {
    this.#mostMetrics = mostMetrics;
  }

  get reading(): Reading {
    const { warnings, state, fault } = { warnings: this.#warnings, state: this.#state, fault: this.#fault };
    if (fault !== undefined) {
      return { state: 'unavailable', status: cut(fault), isError: true, metrics: [], warnings };
    }
    const isError = /^error( |$)/.test(this.#status ?? '');
    return {
      ...{ state, isError, warnings, metrics: this.#metrics, status: cut(this.#status ?? 'success') },
      ...(this.#timestamp !== undefined && { timestamp: this.#timestamp }),
    };
  }

  /** Whether the lines behind it count. */
  take(line: string): boolean {
    const [word = '', ...rest] = line.trim().split(/\s+/);
    if (word === 'status') this.#takeStatus(rest);
    else if (word === 'metric') this.#takeMetric(rest);
    else if (word === 'state' && (rest[0] === 'available' || rest[0] === 'unavailable')) this.#state = rest[0];
    else if (word === 'timestamp' && /^\d{1,15}$/.test(rest[0] ?? '')) this.#timestamp = Number(rest[0]);
    else this.#fault = `Unrecognized line "${line}"`;
    return this.#fault === undefined;
  }

  #takeStatus(words: readonly string[]): void {
    if (this.#status !== undefined) {
      this.#warnings.push('a second status line was passed over');
      return;
    }
    const [first = '', ...others] = words;
    const isLegacy = first === 'ok' || first === 'warn' || first === 'err';
    this.#status = (isLegacy ? others : words).join(' ');
    if (isLegacy) this.#metrics.push({ name: 'legacy_state', type: 'string', value: first, unit: '' });
  }

  #takeMetric(words: readonly string[]): void {
    const [written = '', typeName = '', ...values] = words;
    if (words.length < 3) {
      this.#fault = 'Metric line not in the following format: metric <name> <type> <value> [<unit>]';
      return;
    }
    const type = TYPES.get(typeName);
    if (type === undefined) {
      this.#fault = `Invalid type "${typeName}" for metric "${written}"`;
      return;
    }
    if (type !== 'string' && values.length > 2) {
      this.#fault = `Invalid "<value> [<unit>]" combination "${values.join(' ')}" for a non-string metric`;
      return;
    }
    const value = readValue(type, values);
    if (value === undefined) {
      this.#fault = `Invalid value "${values[0]}" for metric "${written}" of type ${typeName}`;
    } else if (this.#metrics.length >= this.#mostMetrics) {
      this.#fault = `More than ${this.#mostMetrics} metrics`;
    } else {
      this.#metrics.push({ ...named(written), type, value, unit: type === 'string' ? '' : (values[1] ?? '') });
    }
  }
}

function named(written: string): { readonly name: string; readonly dimension?: string } {
  const dot = written.lastIndexOf('.');
  return dot < 0 ? { name: written } : { name: written.slice(dot + 1), dimension: written.slice(0, dot) };
}

function readValue(type: MetricType, words: readonly string[]): number | bigint | string | undefined {
  if (type === 'string') return words.join(' ');
  const [word = ''] = words;
  if (WIDE.has(type) && /^-?\d{1,20}$/.test(word)) return BigInt(word);
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word)) return undefined;
  const value = Number(word);
  return Number.isFinite(value) ? value : undefined;
}

/** Too long a status loses its beginning. */
const cut = (status: string): string => status.slice(-LONGEST_STATUS);
