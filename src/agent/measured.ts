import type { Family } from '../http/exposition.ts';
import { type DoorCounts, ownCounts } from './families.ts';
import type { Parts } from './parts.ts';
import { seriesFamilies } from './series-families.ts';
import type { Telemetry } from './telemetry.ts';

interface Measured {
  readonly parts: Pick<Parts, 'pool' | 'probeTimes' | 'peers' | 'runtime' | 'series' | 'workWatch'>;
  readonly doors: DoorCounts;
  readonly telemetry: Pick<Telemetry, 'families'>;
  /** Seconds since the start. */
  readonly uptime: number;
}

/** What all parts of the agent count of themselves, for `/metrics`. */
export function measuredFamilies({ parts, doors, telemetry, uptime }: Measured): Iterable<Family> {
  const { pool, peers, probeTimes, runtime, series, workWatch } = parts;
  const gossip = pool.counters;
  const own = ownCounts({ gossip, probeTimes, peers: peers.counters, runs: runtime.counts, doors, uptime });
  return telemetry.families([...own, ...seriesFamilies(series.stats()), ...workWatch.families()]);
}
