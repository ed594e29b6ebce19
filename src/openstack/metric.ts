/** The kinds of values that a line `metric` has. */
export type MetricType = 'string' | 'gauge' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'double';

/** The value of a metric; whole numbers that a `number` cannot hold are bigints. */
export type MetricValue = number | bigint | string;

/** One metric as it is printed. */
export interface Metric {
  readonly name: string;
  readonly type: MetricType;
  readonly value: MetricValue;
  /** One word; empty when it has none. */
  readonly unit: string;
  /** A second spelling of the name. */
  readonly alias?: string;
  /** It is printed only when everything is wanted. */
  readonly profile?: 'full';
  /** Where it stands in the tree of a collector, when that is not its name. */
  readonly place?: readonly string[];
  /** What it belongs to, such as `host`. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** The name of a metric apart from what its tags say, in parts: what belongs to a host has the host as a tag and not in its name. */
export function familyOf({ name, place, tags }: Metric): readonly string[] {
  if (place === undefined || tags === undefined) return [name];
  const told = new Set(Object.values(tags));
  return place.filter((each) => !told.has(each));
}

/** What is known of a metric before it is measured. */
export interface MetricDoc {
  readonly name: string;
  readonly type: MetricType;
  readonly unit?: string;
  readonly alias?: string;
  readonly profile?: 'full';
  /** A count since some start instead of a value as it is now. */
  readonly isTotal?: true;
  /** One sentence. */
  readonly meaning: string;
}

/** How a probe ended: what it prints, and what it found out about the endpoint. */
export interface ProbeRun {
  readonly plugin: string;
  readonly status: 'okay' | 'error';
  /** What is printed behind the status; empty when there is nothing to say. */
  readonly message: string;
  readonly metrics: readonly Metric[];
  /** Whether what was probed answers; `undefined` when it was not reached because of something else. */
  readonly isUp: boolean | undefined;
  /** Groups of counts that are missing, and why. */
  readonly missing: ReadonlyMap<string, string>;
  readonly timings: Timings;
  readonly requests: readonly RequestTrace[];
  /** What ended it before its time. */
  readonly thrown?: unknown;
}

/** Milliseconds until the first byte of the timed call, and of the whole run. */
export interface Timings {
  readonly ttfbMs: number | undefined;
  readonly totalMs: number;
}

/** A request that was sent, without anything secret. */
export interface RequestTrace {
  readonly method: string;
  readonly url: string;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly ms: number;
}

/** Ends a probe with the status `error` and this text. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
}

/** What is needed to probe is not on this machine. For the command line that is an error; a collector is not for such a node. */
export class NotHere extends ProbeError {}

/** There are no credentials, or not all of them, or they may not be read. */
export class NoCredentials extends NotHere {}

/** What is probed does not answer, or with a refusal: a good result that says so in the metric of its status. */
export class ApiDown extends Error {
  override readonly name = 'ApiDown';
  /** The status of HTTP that was answered; 0 when nothing was. */
  readonly status: number;

  constructor(message: string, status = 0, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
