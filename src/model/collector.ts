import type { Metrics } from './metrics.ts';

export type CollectorState = 'pending' | 'running' | 'ok' | 'not-eligible' | 'error' | 'disabled';

/** Everything known of a collector of this node. Times are epoch milliseconds; `null` before the first. */
export interface CollectorRecord {
  readonly name: string;
  readonly state: CollectorState;
  /** Why it is in that state; empty when all is well. */
  readonly log: string;
  readonly results: Metrics | null;
  /** How many numbers the results hold. */
  readonly metrics: number;
  /** The results are older than they may be. */
  readonly stale: boolean;
  readonly intervalMs: number;
  readonly lastCheck: number | null;
  readonly nextCheck: number | null;
  readonly durationMs: number;
  readonly runsTotal: number;
  readonly errorsTotal: number;
}
