import type { Metrics } from '../model/metrics.ts';

/** What a plugin needs is not on this node; that is no fault. The message says what is missing and what would help. */
export class NotEligible extends Error {
  override readonly name = 'NotEligible';
}

/** A collector could see only a part: `partial` becomes its data, what is absent from it is missing. */
export class CollectError extends Error {
  override readonly name = 'CollectError';
  readonly partial: Metrics | undefined;

  constructor(message: string, partial?: Metrics, options?: ErrorOptions) {
    super(message, options);
    this.partial = partial;
  }
}

/** A pollster will never get samples of some resources, so that it is not asked for them again until a restart or reload. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
  /** Their ids; the one that was asked for when left out. */
  readonly resources: readonly string[] | undefined;

  constructor(message: string, resources?: readonly string[], options?: ErrorOptions) {
    super(message, options);
    this.resources = resources;
  }
}

/** The service that a collector asks does not answer. That is a result as good as any other: `results` says so, the message says why. */
export class NotAnswering extends Error {
  override readonly name = 'NotAnswering';
  readonly results: Metrics;

  constructor(message: string, results: Metrics, options?: ErrorOptions) {
    super(message, options);
    this.results = results;
  }
}
