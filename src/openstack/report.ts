import type { Metric, MetricDoc, MetricType, MetricValue } from './metric.ts';

/** A metric whose name is not known beforehand, such as that of a host. */
export interface FoundMetric {
  readonly name: string;
  readonly type: MetricType;
  readonly value: MetricValue;
  readonly unit?: string;
  readonly alias?: string;
  readonly profile?: 'full';
  readonly place?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

/** What a probe has measured so far, in the order of its documentation; what was found beside that follows. */
export class Report {
  readonly #docs: ReadonlyMap<string, MetricDoc>;
  readonly #values = new Map<
    string,
    { readonly value: MetricValue; readonly tags?: Readonly<Record<string, string>> }
  >();
  readonly #found: Metric[] = [];
  readonly #missing = new Map<string, string>();

  constructor(docs: readonly MetricDoc[]) {
    this.#docs = new Map(docs.map((doc) => [doc.name, doc]));
  }

  /** Notes the value of a documented metric; `undefined` leaves it out. Throws when no such metric is documented. */
  set(name: string, value: MetricValue | undefined, tags?: Readonly<Record<string, string>>): void {
    if (!this.#docs.has(name)) throw new Error(`the metric ${name} is not documented`);
    if (value !== undefined) this.#values.set(name, { value, ...(tags && { tags }) });
  }

  /** Notes a metric whose name was found just now. */
  add(metric: FoundMetric): void {
    this.#found.push({ unit: '', ...metric });
  }

  /** Notes why a group of counts is missing. */
  miss(group: string, reason: string): void {
    this.#missing.set(group, reason);
  }

  /** Forgets everything. */
  clear(): void {
    this.#values.clear();
    this.#found.length = 0;
    this.#missing.clear();
  }

  get missing(): ReadonlyMap<string, string> {
    return this.#missing;
  }

  get metrics(): readonly Metric[] {
    const documented = [...this.#docs.values()].flatMap(({ name, type, unit = '', alias, profile }) => {
      const measured = this.#values.get(name);
      if (!measured) return [];
      return [{ name, type, unit, ...measured, ...(alias !== undefined && { alias }), ...(profile && { profile }) }];
    });
    return [...documented, ...this.#found];
  }
}
