import { describe, expect, test } from 'vitest';
import { percentileOf } from '../../src/statsd/timer-stats.ts';
import { NOW, windowOf } from './windows.ts';

const numbers = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

interface Golden {
  readonly values: readonly number[];
  readonly rate?: number;
  readonly seconds?: number;
  readonly shares?: readonly number[];
  readonly bins?: readonly number[];
  readonly told: Readonly<Record<string, number>>;
}

const ONE_TO_HUNDRED = numbers(1, 100);
const MIXED = [12, 7, 300, 45, 45, 9, 18, 27, 33, 21];

const GOLDEN: readonly Golden[] = [
  {
    values: ONE_TO_HUNDRED,
    told: {
      ...{ lower: 1, upper: 100, sum: 5050, sum_squares: 338_350, mean: 50.5, median: 50.5 },
      ...{ std: 28.86607004772212, count: 100, count_ps: 10 },
      ...{ count_99: 99, upper_99: 99, sum_99: 4950, mean_99: 50, sum_squares_99: 328_350 },
    },
  },
  {
    values: MIXED,
    shares: [99, 50],
    told: {
      ...{ lower: 7, upper: 300, sum: 517, sum_squares: 96_907, mean: 51.7, median: 24, std: 83.77237014672559 },
      ...{ count_99: 10, upper_99: 300, count_50: 5, upper_50: 21, sum_50: 67, mean_50: 13.4, sum_squares_50: 1039 },
    },
  },
  { values: numbers(1, 50), told: { upper_99: 50, std: 14.430869689661812, median: 25.5 } },
  { values: [5], rate: 0.1, told: { count: 10, count_ps: 1, mean: 5, upper_99: 5, std: 0 } },
  {
    values: [100, 200, 300],
    seconds: 0.1,
    shares: [90, 80],
    told: {
      ...{ std: 81.64965809277261, count_ps: 30, sum: 600, sum_squares: 140_000, mean: 200, median: 200 },
      ...{ count_90: 3, mean_90: 200, upper_90: 300, sum_90: 600 },
      ...{ count_80: 2, mean_80: 150, upper_80: 200, sum_80: 300, sum_squares_80: 50_000 },
    },
  },
  { values: [100], seconds: 0.1, shares: [-10], told: { mean_top10: 100, lower_top10: 100, sum_top10: 100 } },
  {
    values: [...new Array<number>(8).fill(10), 100, 200],
    shares: [-20],
    told: { mean_top20: 150, lower_top20: 100, sum_top20: 300 },
  },
  {
    values: [5, 10, 50, 500],
    bins: [10, 100, Number.POSITIVE_INFINITY],
    told: { 'histogram.bin_10': 1, 'histogram.bin_100': 2, 'histogram.bin_inf': 1 },
  },
  { values: [1, 2, 3, 4], shares: [99.9], told: { upper_99_9: 4 } },
];

describe('timers', () => {
  test.each(GOLDEN)('of $values', ({ values, rate, seconds = 10, shares = [99], bins, told }) => {
    const histograms = bins ? [{ match: 'k', bins }] : [];
    const { send, flush } = windowOf({ percentiles: shares.map(percentileOf), histograms });
    for (const value of values) send(`k:${value}|ms${rate === undefined ? '' : `|@${rate}`}`);
    const points = flush(seconds);
    for (const [stat, value] of Object.entries(told)) {
      expect(points.get(`stats.timers.k.${stat}`), stat).toBeCloseTo(value, 9);
    }
  });

  test('that were sampled count for those that were not sent', () => {
    const { send, flush } = windowOf();
    for (const value of [100, 200]) send(`k:${value}|ms`);
    send('k:300|ms|@0.1');
    const points = flush();
    expect([points.get('stats.timers.k.count'), points.get('stats.timers.k.mean')]).toEqual([12, 200]);
    expect(points.get('stats.timers.k.sum')).toBe(600);
  });

  test('a share of nothing has no names', () => {
    const { send, flush } = windowOf({ percentiles: [percentileOf(10)] });
    send('k:1:2:3|ms');
    expect([...flush().keys()].filter((name) => name.includes('_10'))).toEqual([]);
  });

  test.each([1_000, 20_000])('of %i values: all that does not need them stays exact', (count) => {
    const { send, flush } = windowOf({ timerReservoir: 5_000 });
    for (let at = 1; at <= count; at++) send(`k:${at}|ms`);
    const points = flush();
    const sum = (count * (count + 1)) / 2;
    expect([points.get('stats.timers.k.lower'), points.get('stats.timers.k.upper')]).toEqual([1, count]);
    expect([points.get('stats.timers.k.sum'), points.get('stats.timers.k.count')]).toEqual([sum, count]);
    expect(points.get('stats.timers.k.std')).toBeCloseTo(Math.sqrt((count * count - 1) / 12), 6);
    const median = points.get('stats.timers.k.median') ?? 0;
    expect(Math.abs(median / count - 0.5)).toBeLessThan(count > 5_000 ? 0.03 : 0.001);
  });

  test('with very many values in very many series are told right', () => {
    const { send, flush } = windowOf();
    const series = numbers(0, 199);
    for (const _window of [1, 2]) {
      for (const round of numbers(0, 29)) for (const at of series) send(`t${at}:${round * at}|ms`);
      const points = flush();
      expect(series.map((at) => points.get(`stats.timers.t${at}.upper`))).toEqual(series.map((at) => 29 * at));
      expect(series.map((at) => points.get(`stats.timers.t${at}.sum`))).toEqual(series.map((at) => 435 * at));
    }
  });
});

describe('counters', () => {
  test('are told with their rate, then as nothing for six windows, then no more', () => {
    const { send, flush, counters } = windowOf();
    for (let at = 0; at < 5; at++) send('hits:1|c');
    const first = flush();
    expect([first.get('stats.counters.hits.count'), first.get('stats.counters.hits.rate')]).toEqual([5, 0.5]);
    for (let idle = 0; idle < 6; idle++) expect(flush().get('stats.counters.hits.count')).toBe(0);
    expect(flush().size).toBe(0);
    expect(counters.series).toBe(0);
    send('hits:2|c');
    expect(flush().get('stats.counters.hits.count')).toBe(2);
  });

  test('have other names for those who want them', () => {
    const legacy = windowOf({ counterNames: 'legacy' });
    legacy.send('hits:5|c');
    expect(Object.fromEntries(legacy.flush())).toEqual({ 'stats.hits': 0.5, 'stats_counts.hits': 5 });
    const both = windowOf({ counterNames: 'usual and opsbro', prefix: 'x' });
    both.send('hits:5|c|#a:1');
    expect(Object.fromEntries(both.flush())).toEqual({
      'x.counters.hits.count;a=1': 5,
      'x.counters.hits.rate;a=1': 0.5,
      'x.gauges.hits.count;a=1': 5,
      'x.gauges.hits.rate;a=1': 0.5,
    });
  });
});

describe('gauges', () => {
  test('are set and changed, and stay', () => {
    const { send, flush } = windowOf();
    for (const text of ['333', '-10', '+4']) send(`g1:${text}|g`);
    const first = flush();
    const told = ['', '.min', '.max', '.mean'].map((end) => first.get(`stats.gauges.g1${end}`));
    expect(told).toEqual([327, 323, 333, (333 + 323 + 327) / 3]);
    const next = flush();
    expect(Object.fromEntries(next)).toEqual({ 'stats.gauges.g1': 327 });
  });

  test('that nobody knows begin at 0; = sets below 0', () => {
    const { send, flush } = windowOf();
    send('a:-5|g');
    send('b:7|g');
    send('b:=-5|g');
    const points = flush();
    expect([points.get('stats.gauges.a'), points.get('stats.gauges.b')]).toEqual([-5, -5]);
  });

  test('are forgotten when nobody has set them for long', () => {
    const { send, flush } = windowOf({ gaugeTtl: 2 });
    send('g:1|g');
    flush();
    for (let idle = 0; idle < 2; idle++) expect(flush().get('stats.gauges.g')).toBe(1);
    expect(flush().size).toBe(0);
  });
});

test('a set counts its different members', () => {
  const { send, flush } = windowOf();
  for (const text of ['a', 'a', 'b', '', '0']) send(`s:${text}|s`);
  expect(flush().get('stats.sets.s.count')).toBe(3);
  expect(flush().get('stats.sets.s.count')).toBe(0);
});

test('a sample that says its time is a point of that time', () => {
  const { send, flush, points, times, counters } = windowOf();
  send(`c:3|c|T${NOW - 100}`);
  send(`g:-4|g|T${NOW + 60}`);
  expect(Object.fromEntries(points)).toEqual({ 'stats.counters.c.count': 3, 'stats.gauges.g': -4 });
  expect([...times.values()]).toEqual([NOW - 100, NOW + 60]);
  for (const bad of [`c:3|c|T${NOW - 86_401}`, `c:3|c|T${NOW + 61}`, `t:3|ms|T${NOW}`, 'c:1|c|Tx', 'c:1|c|T'])
    send(bad);
  expect(counters.badLines).toBe(5);
  points.clear();
  expect(flush().size).toBe(0);
});

/** What each line of edge input gives: the points of its own that say most, or how many bad lines. */
const EDGES: readonly (readonly [lines: readonly string[], told: Readonly<Record<string, number>>, bad: number])[] = [
  [['noval', 'k:1', 'emptyval:|c', 'gempty:|g', 'gnan:abc|g', 'tneg:-1|ms', 'pipe:1|c|', 'k2:1|'], {}, 8],
  [
    ['neg:-3|c', 'flt:1.5|c', 'blank: 7 |c'],
    { 'counters.neg.count': -3, 'counters.flt.count': 1.5, 'counters.blank.count': 7 },
    0,
  ],
  [['hex:0x10|c', 'inf:Infinity|c', 'nan:NaN|c', 'dot:.|c', 'end:5.|c', 'big:1e999|c'], {}, 6],
  [
    ['exp:1e3|c', 'p:+.5|c', 'e:25E-1|c'],
    { 'counters.exp.count': 1000, 'counters.p.count': 0.5, 'counters.e.count': 2.5 },
    0,
  ],
  [['r:1|c|@0.1', 'r:1|c|@1e-1'], { 'counters.r.count': 20 }, 0],
  [['r:1|c|@2', 'r:1|c|@0', 'r:1|c|@x', 'r:1|c|@-1', 'r:1|c|@', 'r:1|c|@0.5|@0.5'], {}, 6],
  [['unk:5|zz', 'unk:5|', 'unk:5|mss', 'unk:5|c|x'], {}, 4],
  [['h:-5|h', 'h:5|d'], { 'timers.h.lower': -5, 'timers.h.count': 2 }, 0],
  [['multi:1|c:2|c:10|ms'], { 'counters.multi.count': 3, 'timers.multi.count': 1 }, 0],
  [['packed:1:2:3|ms|@0.5'], { 'timers.packed.count': 6, 'timers.packed.sum': 6 }, 0],
  [['tag:1|c|#env:prod,az:1', 'tag:1|c|#az:1,env:prod'], { 'counters.tag.count;az=1;env=prod': 2 }, 0],
  [['tagfirst:1|c|#env:prod|@0.5'], { 'counters.tagfirst.count;env=prod': 2 }, 0],
  [['all:1|c:2|c|#a:b:c'], { 'counters.all.count;a=b:c': 3 }, 0],
  [['two:1|c|#a|#b', 'cont:1|c|c:ci-12:3|#a'], { 'counters.cont.count;a=none': 1 }, 1],
  [
    ['a b/c%d:1|c', 'a  b:1|c', '..x...y.:1|c'],
    { 'counters.a_b-cd.count': 1, 'counters.a_b.count': 1, 'counters.x.y.count': 1 },
    0,
  ],
  [['é:1|c', ':1|c', '...:1|c'], {}, 3],
  [['colon:in:name:1|c'], { 'counters.colon.count': 1 }, 2],
  [
    ['__proto__:1|c', 'constructor:1|c', 'toString:5|ms'],
    { 'counters.__proto__.count': 1, 'counters.constructor.count': 1, 'timers.toString.mean': 5 },
    0,
  ],
  [['k;b=2;a=1:1|c', 'k:1|c|#b:2,a:1'], { 'counters.k.count;a=1;b=2': 2 }, 0],
  [['t:1|c|#a:~x,b:,c,d:é'], { 'counters.t.count;a=x;b=none;c=none;d=é': 1 }, 0],
  [['in,a=b,c=d:1|c'], { 'counters.ina=bc=d.count': 1 }, 0],
];

test.each(EDGES)('%j', (lines, told, bad) => {
  const { send, flush, counters } = windowOf();
  for (const line of lines) send(line);
  expect(counters.badLines).toBe(bad);
  const points = flush();
  for (const [name, value] of Object.entries(told)) expect(points.get(`stats.${name}`), name).toBe(value);
  if (Object.keys(told).length === 0) expect([...points.keys()]).toEqual([]);
});

test('tags of Influx are taken where they are wanted', () => {
  const { send, flush } = windowOf({ influxTags: 'influx tags' });
  send('name,c=d,a=b:1|c');
  expect(flush().get('stats.counters.name.count;a=b;c=d')).toBe(1);
});

test('there are no more series than may be, and room again when some are forgotten', () => {
  const { send, flush, counters } = windowOf({ maxSeries: 10, idleFlushes: 0 });
  for (let at = 0; at < 1_000; at++) send(`n${at}:1|c`);
  expect([counters.series, counters.seriesDropped]).toEqual([10, 990]);
  send('n1:1|ms');
  expect(counters.seriesDropped).toBe(991);
  flush();
  flush();
  send('later:1|c');
  expect(flush().get('stats.counters.later.count')).toBe(1);
});

test('who has begun too much begins no more, but goes on with what there is', () => {
  const { send, counters } = windowOf();
  send('a:1|c');
  send('b:1|c', () => false);
  send('a:1|c', () => false);
  expect([counters.series, counters.samples, counters.seriesDropped]).toEqual([1, 2, 1]);
});

test('keys that only ever come with bad values leave nothing behind', () => {
  const { window, send, flush } = windowOf({ maxSeries: 10 });
  for (let at = 0; at < 1_000; at++) send(`n${at}:x|c`);
  expect([...window.all]).toEqual([]);
  send('good:1|c');
  expect(flush().get('stats.counters.good.count')).toBe(1);
});

test('samples that come while a window is being told of belong to the next', () => {
  const { window, send, flush, points } = windowOf();
  for (const key of ['a', 'b', 'c']) send(`${key}:1|c`);
  const tell = window.end(10, NOW);
  expect(tell(1)).toBe('more');
  for (const key of ['a', 'b', 'c', 'd']) send(`${key}:10|c`);
  while (tell(1) === 'more') {}
  const count = (name: string) => points.get(`stats.counters.${name}.count`);
  expect(['a', 'b', 'c', 'd'].map(count)).toEqual([1, 1, 1, undefined]);
  points.clear();
  const next = flush();
  expect(['a', 'b', 'c', 'd'].map((name) => next.get(`stats.counters.${name}.count`))).toEqual([10, 10, 10, 10]);
});

test('a key can be forgotten at once', () => {
  const { window, send, flush, counters } = windowOf();
  send('a:1|c');
  send('a:1|ms');
  expect([window.forget('a'), window.forget('a')]).toEqual([true, false]);
  expect(counters.series).toBe(0);
  send('a:3|ms');
  expect(flush().get('stats.timers.a.sum')).toBe(3);
});
