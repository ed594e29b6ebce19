/** What kinds of samples there are, as statsd's users call their series. */
export const STATSD_KINDS = ['counters', 'timers', 'gauges', 'sets'] as const;
export type StatsdKind = (typeof STATSD_KINDS)[number];

/** A series of the open window: the sum of a counter, the value of a gauge, how many values a timer or members a set has. */
export interface StatsdValue {
  readonly name: string;
  readonly value: number;
}

/** How the statsd door does; sums since it was opened. */
export interface StatsdStats {
  readonly port: number;
  /** Datagrams and pieces of streams. */
  readonly packets: number;
  readonly samples: number;
  readonly badLines: number;
  /** Lines of a kind that is switched off. */
  readonly ignored: number;
  /** Series of the open window. */
  readonly series: number;
  /** Samples of series that there was no room for. */
  readonly seriesDropped: number;
  readonly membersDropped: number;
  /** Packets and connections of those who may not send. */
  readonly refused: number;
  /** Datagrams that the system threw away. */
  readonly drops: number;
  /** Milliseconds of work that telling of the last window took. */
  readonly flushMs: number;
}

/** The statsd door, to be looked at. All of it throws `not_found` while it is closed. */
export interface StatsdReader {
  stats(): StatsdStats;
  /** In no order. */
  list(kind: StatsdKind): readonly StatsdValue[];
  /** Forgets every series of a key; throws `not_found` when there is none. */
  forget(key: string): void;
}
