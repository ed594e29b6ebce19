/** Absolute (`gauge`), the change since the sample before (`delta`), or a count that only grows while its source runs (`cumulative`). */
export const SAMPLE_TYPES = ['gauge', 'delta', 'cumulative'] as const;
export type SampleType = (typeof SAMPLE_TYPES)[number];

/** A thing that samples are taken of. */
export interface Resource {
  readonly id: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A measured value of a resource. */
export interface Sample {
  /** Name of the meter, with dots. */
  readonly name: string;
  readonly type: SampleType;
  readonly unit: string;
  readonly volume: number;
  readonly resourceId: string;
  /** ISO 8601 in UTC. */
  readonly timestamp: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A sample as a pollster gives it: what is left out is that of the resource it was asked for, and the time of the run. */
export interface TakenSample {
  readonly name: string;
  readonly type: SampleType;
  readonly unit: string;
  /** A number, or one written as text. */
  readonly volume: number | string;
  readonly resourceId?: string;
  /** ISO 8601; in UTC when no zone is named. */
  readonly timestamp?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Everything known of a pollster of this node. */
export interface PollsterRecord {
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  /** Names of its meters. */
  readonly meters: readonly string[];
  readonly state: string;
  readonly log: string;
  readonly intervalMs: number;
  /** Epoch milliseconds; `null` before the first run. */
  readonly lastRun: number | null;
  /** How many samples the last run took. */
  readonly samples: number;
  /** Samples and resources that were left out since the start. */
  readonly errors: number;
  /** Resources that are not asked for any more, with the reason. */
  readonly excluded: ReadonlyMap<string, string>;
}
