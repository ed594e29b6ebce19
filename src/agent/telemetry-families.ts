import type { GraphiteCounters } from '../graphite/counters.ts';
import type { Family, Sample } from '../http/exposition.ts';
import type { StatsdCounters } from '../statsd/counters.ts';

/** What the doors for samples and points count, for `/metrics`. */
export function telemetryFamilies(statsd: StatsdCounters | undefined, graphite: readonly GraphiteCounters[]): Family[] {
  return [
    ...(statsd ? statsdFamilies(statsd) : []),
    ...(graphite.length > 0 ? graphiteFamilies(graphite) : []),
    ...(statsd || graphite.length > 0 ? [dropFamily(statsd, graphite)] : []),
  ];
}

function statsdFamilies(counters: StatsdCounters): Family[] {
  const { packets, samples, badLines, ignored, series, flushMs, seriesDropped, membersDropped, refused } = counters;
  const lines = { ok: samples, bad: badLines, ignored };
  const dropped = { series: seriesDropped, members: membersDropped, refused };
  return [
    counter('opsbro_statsd_packets_total', 'Datagrams and pieces of streams with samples.', [{ value: packets }]),
    counter('opsbro_statsd_lines_total', 'Samples by what became of them.', labelled('result', lines)),
    counter('opsbro_statsd_dropped_total', 'What was dropped, by reason.', labelled('reason', dropped)),
    gauge('opsbro_statsd_series', 'Series of the open window.', series),
    gauge('opsbro_statsd_flush_seconds', 'Work to tell of the last window.', flushMs / 1_000),
  ];
}

function graphiteFamilies(doors: readonly GraphiteCounters[]): Family[] {
  const points = doors.flatMap((door) => [...door.points]);
  const bad = doors.flatMap((door) => [...door.bad]);
  const isSeen = ([, value]: readonly [string, number]) => value > 0;
  return [
    counter(
      'opsbro_graphite_points_total',
      'Points that came in, by the way they came.',
      points.filter(isSeen).map(([listener, value]) => ({ labels: { listener }, value })),
    ),
    counter(
      'opsbro_graphite_bad_total',
      'What came in and gave no point, by reason.',
      bad.map(([key, value]) => {
        const [listener = '', reason = ''] = key.split(' ');
        return { labels: { listener, reason }, value };
      }),
    ),
  ];
}

function dropFamily(statsd: StatsdCounters | undefined, graphite: readonly GraphiteCounters[]): Family {
  const lost = graphite.reduce((sum, { drops }) => sum + drops, 0);
  return counter('opsbro_udp_receive_drops_total', 'Datagrams that the system threw away, by door.', [
    ...(statsd ? [{ labels: { door: 'statsd' }, value: statsd.drops }] : []),
    ...(graphite.length > 0 ? [{ labels: { door: 'graphite' }, value: lost }] : []),
  ]);
}

/** Families of one name as one: exposition shows only the first of a name. */
export function united(families: Iterable<Family>): Iterable<Family> {
  const byName = new Map<string, Family>();
  for (const family of families) {
    const known = byName.get(family.name);
    byName.set(family.name, known ? { ...known, samples: [...known.samples, ...family.samples] } : family);
  }
  return byName.values();
}

const gauge = (name: string, help: string, value: number): Family => ({
  name,
  help,
  type: 'gauge',
  samples: [{ value }],
});

const counter = (name: string, help: string, samples: Iterable<Sample>): Family => ({
  name,
  help,
  type: 'counter',
  samples,
});

const labelled = (label: string, counts: Readonly<Record<string, number>>): Sample[] =>
  Object.entries(counts).map(([name, value]) => ({ labels: { [label]: name }, value }));
