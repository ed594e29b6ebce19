import { expect, test } from 'vitest';
import { latestFamilies } from '../../src/agent/series-exposition.ts';
import { StatsdSums } from '../../src/agent/statsd-sums.ts';
import { exposition } from '../../src/http/exposition.ts';
import { prometheusName } from '../../src/model/prometheus-name.ts';

const shown = (points: readonly (readonly [string, number])[], now = 1_000, statsd?: StatsdSums) => {
  const latest = (since: number) =>
    points.map(([name, value]) => ({ name, value, time: 900 })).filter(({ time }) => time >= since);
  return exposition(latestFamilies({ series: { latest }, statsd }, now));
};

test('the last values of series are gauges, their tags labels', () => {
  const text = shown([
    ['web-1.cpu.user', 5],
    ['reqs;env=prod;az=1', 7],
    ['reqs;az=2;env="x"', 8],
  ]);
  expect(text).toContain('# TYPE web_1_cpu_user gauge\nweb_1_cpu_user 5\n');
  expect(text).toContain('reqs{az="1",env="prod"} 7\n');
  expect(text).toContain('reqs{az="2",env="\\"x\\""} 8\n');
  expect(text).toContain('opsbro_exposition_doubles 0\n');
});

test('of two series that would have one name, the first by name is shown', () => {
  const text = shown([
    ['a/c', 2],
    ['a.c', 1],
  ]);
  expect(text).toContain('\na_c 1\n');
  expect(text).toContain('opsbro_exposition_doubles 1\n');
});

test('what is older than five minutes is not shown', () => {
  expect(shown([['a.c', 1]], 1_201)).not.toContain('a_c');
});

test.each([
  ['a.b-c', 'a_b_c', {}],
  ['9lives', '_9lives', {}],
  ['é', '_', {}],
  ['m;1a=x;__name__=y;b.c=z', 'm', { _1a: 'x', _name__: 'y', b_c: 'z' }],
])('%s is called %s', (series, name, labels) => {
  const found = prometheusName(series);
  expect(found.name).toBe(name);
  expect(Object.fromEntries(found.labels)).toEqual(labels);
});

/** Points of windows that ended one second apart, and what is shown of the last. */
function shownWindows(...windows: readonly (readonly (readonly [string, number])[])[]): string {
  const sums = new StatsdSums('stats');
  windows.forEach((points, at) => {
    for (const [name, value] of points) sums.take(name, value, 900 + at);
  });
  return shown(windows.at(-1) ?? [], 1_000, sums);
}

test('counters of statsd are sums since the start', () => {
  const window = (count: number) =>
    [
      ['stats.counters.hits.count;env=prod', count],
      ['stats.counters.hits.rate;env=prod', count / 10],
    ] as const;
  const text = shownWindows(window(5), window(0), window(3));
  expect(text).toContain('# TYPE stats_counters_hits_total counter\nstats_counters_hits_total{env="prod"} 8\n');
  expect(text).toContain('stats_counters_hits_rate{env="prod"} 0.3\n');
  expect(text).not.toContain('stats_counters_hits_count');
});

test('timers of statsd are summaries: sums since the start, quantiles of the last window', () => {
  const window = (count: number, sum: number) =>
    [
      ['stats.timers.t.count;az=1', count],
      ['stats.timers.t.sum;az=1', sum],
      ['stats.timers.t.upper_99_9;az=1', 7],
      ['stats.timers.t.mean;az=1', 4],
    ] as const;
  const text = shownWindows(window(2, 10), window(1, 0.5));
  expect(text).toContain('# TYPE stats_timers_t summary\n');
  for (const line of ['_count{az="1"} 3', '_sum{az="1"} 10.5', '{az="1",quantile="0.999"} 7', '_mean{az="1"} 4'])
    expect(text).toContain(`\nstats_timers_t${line}\n`);
});

test('what only looks like statsd, or was forgotten, is shown as it was sent', () => {
  const sums = new StatsdSums('stats');
  sums.take('stats.counters.old.count', 1, 600);
  sums.take('stats.gauges.g.count', 1, 900);
  const text = shown(
    [
      ['stats.counters.old.count', 4],
      ['stats.timers.t.upper_99', 5],
      ['stats.gauges.g.count', 6],
    ],
    1_000,
    sums,
  );
  for (const line of ['untyped\nstats_counters_old_count 4', 'gauge\nstats_timers_t_upper_99 5'])
    expect(text).toContain(`${line}\n`);
  expect(text).toContain('untyped\nstats_gauges_g_count 6\n');
});

test('what the agent keeps of its own counts is not shown again', () => {
  const latest = () => [
    { name: 'opsbro.a.uptime.seconds', value: 5, time: 900 },
    { name: 'opsbro.ab.x', value: 6, time: 900 },
  ];
  const text = exposition(latestFamilies({ series: { latest }, counts: 'opsbro.a.' }, 1_000));
  expect(text).not.toContain('opsbro_a_uptime');
  expect(text).toContain('opsbro_ab_x 6');
});
