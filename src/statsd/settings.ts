import type { InfluxTags } from './key.ts';
import type { Histogram, Percentile } from './timer-stats.ts';

/** How windows are told of. */
export interface WindowSettings {
  /** Seconds of a window. */
  readonly interval: number;
  /** First element of the names. */
  readonly prefix: string;
  /** How counters are named: as today, as statsd did in its early days, or also as OpsBro did. */
  readonly counterNames: 'usual' | 'legacy' | 'usual and opsbro';
  readonly percentiles: readonly Percentile[];
  readonly histograms: readonly Histogram[];
  /** Windows in which what got no samples is still told of, as 0. */
  readonly idleFlushes: number;
  /** Windows after which a gauge is forgotten that nobody sets. */
  readonly gaugeTtl: number;
  readonly maxSeries: number;
  /** Values of one timer that are kept in one window. */
  readonly timerReservoir: number;
  readonly influxTags: InfluxTags;
}

/** Who may send, and what. */
export interface StatsdSettings extends WindowSettings {
  /** Networks whose packets count. */
  readonly allow: readonly string[];
  readonly transports: 'udp' | 'udp and tcp';
  /** Whether results of checks are taken. */
  readonly takesChecks: boolean;
  readonly takesEvents: boolean;
}
