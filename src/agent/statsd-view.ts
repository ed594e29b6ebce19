import { OpsbroError } from '../base/errors.ts';
import type { StatsdKind, StatsdReader, StatsdValue } from '../model/statsd.ts';
import type { Named } from '../statsd/named.ts';
import type { StatsdDoor } from '../statsd/statsd.ts';

/** The statsd door as the API shows it, whether it is open or not. */
export function statsdView(door: () => StatsdDoor | undefined): StatsdReader {
  const opened = (): StatsdDoor => {
    const open = door();
    if (open) return open;
    throw new OpsbroError(
      'not_found',
      'statsd is closed; set statsd.enabled, or put this node into the group statsd-listener',
    );
  };
  return {
    stats() {
      const { port, counters } = opened();
      const { packets, samples, badLines, ignored, series, seriesDropped, membersDropped, refused } = counters;
      const dropped = { seriesDropped, membersDropped, refused, drops: counters.drops };
      return { port, packets, samples, badLines, ignored, series, ...dropped, flushMs: counters.flushMs };
    },
    list: (kind) => [...opened().window.all].flatMap((named) => shownOf(named, kind) ?? []),
    forget(key) {
      if (!opened().forget(key)) throw new OpsbroError('not_found', `statsd has nothing named "${key}"`);
    },
  };
}

function shownOf(named: Named, kind: StatsdKind): StatsdValue | undefined {
  const values = {
    counters: named.counter?.sum,
    timers: named.timer?.weight,
    gauges: named.gauge?.value,
    sets: named.members?.size,
  };
  const value = values[kind];
  return value === undefined ? undefined : { name: named.key, value };
}
