import type { Metrics } from './metrics.ts';

export type CollectorState = 'pending' | 'running' | 'ok' | 'not-eligible' | 'error' | 'disabled';

/** Everything known of a collector of this node. Times are epoch milliseconds; `null` before the first. */
export interface CollectorRecord {
  readonly name: string;
  readonly state: CollectorState;
  /** Why it is in that state; empty when all is well. */
  readonly log: string;
  readonly results: Metrics | null;
  /** Its last run ended well; `running` alone does not change that. */
  readonly isActive: boolean;
  /** The results are from before the start of the agent. */
  readonly isRestored: boolean;
  /** How many numbers the results hold. */
  readonly metrics: number;
  /** The results are older than they may be. */
  readonly stale: boolean;
  readonly intervalMs: number;
  /** When the results were seen. */
  readonly lastCheck: number | null;
  /** When the last run since the start of the agent ended, whatever it came to. */
  readonly lastRun: number | null;
  readonly nextCheck: number | null;
  readonly durationMs: number;
  readonly runsTotal: number;
  readonly errorsTotal: number;
  /** Runs that were due while the one before was still going. */
  readonly skippedTotal: number;
  /** Every number of it is to be a series, whatever its keys say. */
  readonly storesAll?: boolean;
}
