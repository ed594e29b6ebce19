import { seeded } from '../../src/base/random.ts';
import { StatsdCounters } from '../../src/statsd/counters.ts';
import type { StatsdSettings } from '../../src/statsd/settings.ts';
import { percentileOf } from '../../src/statsd/timer-stats.ts';
import { Window } from '../../src/statsd/window.ts';

/** What is usual. */
export const USUAL: StatsdSettings = {
  interval: 10,
  prefix: 'stats',
  counterNames: 'usual',
  percentiles: [percentileOf(99)],
  histograms: [],
  idleFlushes: 6,
  gaugeTtl: 60,
  maxSeries: 100_000,
  timerReservoir: 10_000,
  influxTags: 'plain keys',
  allow: ['127.0.0.0/8'],
  transports: 'udp and tcp',
  takesChecks: false,
  takesEvents: true,
};

export const NOW = 1_700_000_000;

/** A window that takes lines, and tells by the names of its points what it had. */
export function windowOf(changes: Partial<StatsdSettings> = {}) {
  const counters = new StatsdCounters();
  const points = new Map<string, number>();
  const times = new Map<string, number>();
  const settings = { ...USUAL, ...changes };
  const window = new Window({
    ...{ settings, counters, random: seeded(1), now: () => NOW },
    store: (name, value, time) => {
      points.set(name, value);
      times.set(name, time);
    },
  });
  const send = (line: string, mayBegin = () => true) => {
    const bytes = Buffer.from(`<${line}>`);
    window.take(bytes, 1, bytes.length - 1, mayBegin);
  };
  /** Ends the window and gives its points. */
  const flush = (seconds = 10, time = NOW): ReadonlyMap<string, number> => {
    const tell = window.end(seconds, time);
    while (tell(1) === 'more') {}
    const told = new Map(points);
    points.clear();
    return told;
  };
  return { window, counters, send, flush, points, times };
}
