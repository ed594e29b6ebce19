import { describe, expect, test } from 'vitest';
import { plain, shown, sourceOf, stored, type Values } from './made.ts';

const _ = null;
const A: Values = [1, 2, _, 4, 5, _, _, 8, 9, 10];
const B: Values = [10, _, 30, 40, 50, 60, 70, _, 90, 100];
const TEN = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

const source = sourceOf([
  stored('a.x', A),
  stored('a.y', B),
  stored('c.x', [10, 20, 15, _, 40, 50, 5, 10]),
  stored('log', [1, 10, 100, 0, -5, _]),
  stored('inv', [2, 0, 4]),
  stored('sqrt', [4, -4, 9]),
  stored('r0', [2.5, 3.5, -2.5, 1.234]),
  stored('r1', [2.25, 3.35, 1.234]),
  stored('week', [1, 2, 3, 4, 5, 6, 7], { first: 60 }),
  stored('six', [1, 2, 3, 4, 5, 6], { first: 60 }),
  stored('flips', [1, 1, _, 2, 2, _, 1]),
  stored('mm', [5, 10, _, 15]),
  stored('sd', [5, 10, _, 15, 20]),
  stored('dc1.web1.cpu', [1, 2]),
  stored('dc1.web2.cpu', [3, 4]),
  stored('dc2.web1.cpu', [5, _]),
  stored('web1.cpu.user', [1, 2]),
  stored('web2.cpu.user', [3, 4]),
  stored('ip-10-1', [1]),
  stored('a.b.c.d', [1]),
  stored('h1.avg', [1, 2]),
  stored('h2.avg', [3, _]),
  stored('h1.w', [10, 10]),
  stored('h2.w', [30, 30]),
  stored('f10', [1, 1, 1, 1, 1, 1], { step: 10 }),
  stored('g20', [10, 10, 10], { step: 20 }),
  stored('f20', [1, 2, 3, 4, 5, 6], { step: 20 }),
  stored('g30', [10, 20, 30, 40], { step: 30 }),
  stored('ten', TEN),
  stored('s.a10', [1]),
  stored('s.a9', [1]),
  stored('s.b1', [1]),
]);

describe('values', () => {
  test.each<readonly [string, Values | readonly Values[]]>([
    ['sumSeries(a.x,a.y)', [11, 2, 30, 44, 55, 60, 70, 8, 99, 110]],
    ['averageSeries(a.x,a.y)', [5.5, 2, 30, 22, 27.5, 60, 70, 8, 49.5, 55]],
    ['diffSeries(a.x,a.y)', [-9, 2, 30, -36, -45, 60, 70, 8, -81, -90]],
    ['multiplySeries(a.x,a.y)', [10, _, _, 160, 250, _, _, _, 810, 1000]],
    ['stddevSeries(a.x,a.y)', [4.5, 0, 0, 18, 22.5, 0, 0, 0, 40.5, 45]],
    ['rangeOfSeries(a.x,a.y)', [9, 0, 0, 36, 45, 0, 0, 0, 81, 90]],
    ['countSeries(a.x,a.y)', Array(10).fill(2)],
    ['divideSeries(a.x,a.y)', [0.1, _, _, 0.1, 0.1, _, _, _, 0.1, 0.1]],
    ['limit(asPercent(a.{x,y}),1)', [9.09090909, 100, _, 9.09090909, 9.09090909, _, _, 100, 9.09090909, 9.09090909]],
    ['asPercent(a.x,200)', [0.5, 1, _, 2, 2.5, _, _, 4, 4.5, 5]],
    ['percentileOfSeries(a.{x,y},50)', [10, 2, 30, 40, 50, 60, 70, 8, 90, 100]],
    ['percentileOfSeries(a.{x,y},50,true)', [5.5, 2, 30, 22, 27.5, 60, 70, 8, 49.5, 55]],
    ['nPercentile(a.x,50)', Array(10).fill(5)],
    ['keepLastValue(a.x)', [1, 2, 2, 4, 5, 5, 5, 8, 9, 10]],
    ['keepLastValue(a.x,1)', [1, 2, 2, 4, 5, _, _, 8, 9, 10]],
    ['interpolate(a.x)', TEN],
    ['derivative(a.x)', [_, 1, _, _, 1, _, _, _, 1, 1]],
    ['nonNegativeDerivative(c.x)', [_, 10, _, _, _, 10, _, 5]],
    ['nonNegativeDerivative(c.x,255)', [_, 10, 251, _, _, 10, 211, 5]],
    ['perSecond(c.x)', [_, 0.166667, _, _, _, 0.166667, _, 0.083333]],
    ['integral(a.x)', [1, 3, _, 7, 12, _, _, 20, 29, 39]],
    ['scaleToSeconds(a.x,1)', [0.016667, 0.033333, _, 0.066667, 0.083333, _, _, 0.133333, 0.15, 0.166667]],
    ['offsetToZero(a.x)', [0, 1, _, 3, 4, _, _, 7, 8, 9]],
    ['log(log)', [0, 1, 2, _, _, _]],
    ['invert(inv)', [0.5, _, 0.25]],
    ['squareRoot(sqrt)', [2, _, 3]],
    ['round(r0)', [2, 4, -2, 1]],
    ['round(r1,1)', [2.2, 3.4, 1.2]],
    ['delay(a.x,2)', [_, _, 1, 2, _, 4, 5, _, _, 8]],
    ['changed(flips)', [0, 0, 0, 1, 0, 0, 1]],
    ['minMax(mm)', [0, 0.5, _, 1]],
    ['stdev(sd,3)', [0, 2.5, 2.5, 2.5, 2.5]],
    [
      'groupByNode(dc*.web*.cpu,0,"sum")',
      [
        [4, 6],
        [5, _],
      ],
    ],
    ['groupByNodes(dc1.web*.cpu,"averageSeries",0,2)', [2, 3]],
    ['sumSeriesWithWildcards(web*.cpu.user,0)', [4, 6]],
    ['weightedAverage(h*.avg,h*.w,0)', [2.5, 0.5]],
    ['sumSeries(f10,g20)', [11, 11, 11]],
    ['sumSeries(f20,g30)', [17, 40]],
    ['removeAbovePercentile(ten,50)', [1, 2, 3, 4, 5, 6, _, _, _, _]],
    ['removeBelowPercentile(ten,50)', [_, _, _, _, _, 6, 7, 8, 9, 10]],
    ['aggregateLine(a.x,"avg")', Array(3).fill(5.57142857)],
    ['stacked(a.{x,y})', [A, [11, _, 30, 44, 55, 60, 70, _, 99, 110]]],
  ])('%s', async (target, expected) => {
    const series = await shown(target, source);
    const values = series.map(plain);
    expect(values).toEqual(Array.isArray(expected[0]) ? expected : [expected]);
  });
});

describe('buckets', () => {
  test.each([
    ['summarize(week,"3min")', { start: 0, end: 540, step: 180 }, [3, 12, 13]],
    ['summarize(week,"3min","avg",true)', { start: 60, end: 600, step: 180 }, [2, 5, 7]],
    ['smartSummarize(week,"3min")', { start: 60, end: 600, step: 180 }, [6, 15, 7]],
    ['hitcount(six,"2min")', { start: 60, end: 420, step: 120 }, [180, 420, 660]],
  ])('%s', async (target, times, values) => {
    const [series] = await shown(target, source);
    expect(series && { start: series.start, end: series.end, step: series.step }).toEqual(times);
    expect(series && plain(series)).toEqual(values);
  });
});

test.each([
  ['sumSeries(a.x,a.y)', 'sumSeries(a.x,a.y)'],
  ['limit(asPercent(a.{x,y}),1)', 'asPercent(a.x,sumSeries(a.{x,y}))'],
  ['summarize(week,"3min")', 'summarize(week, "3min", "sum")'],
  ['groupByNode(dc*.web*.cpu,0,"sum")', 'dc1 dc2'],
  ['groupByNodes(dc1.web*.cpu,"averageSeries",0,2)', 'dc1.cpu'],
  ['sumSeriesWithWildcards(web*.cpu.user,0)', 'cpu.user'],
  ['aliasByNode(dc1.web1.cpu,0,-1)', 'dc1.cpu'],
  ['aliasByMetric(scale(dc1.web1.cpu,10))', 'cpu'],
  [String.raw`aliasSub(ip-10-1,'^ip-(\d+)-(\d+)','\2/\1')`, '1/10'],
  ['substr(sum(a.b.c.d,a.b.c.d),1,3)', 'b.c'],
  ['aggregateLine(a.x,"avg")', 'aggregateLine(a.x, 5.57143)'],
  ['legendValue(a.x,"avg","last")', 'a.x (avg: 5.571428571428571) (last: 10)'],
  ['sortByName(s.*,true)', 's.a9 s.a10 s.b1'],
  ['scale(a.x,10)', 'scale(a.x,10)'],
  ['movingAverage(a.x,3)', 'movingAverage(a.x,3)'],
  ['movingAverage(a.x,"3min")', 'movingAverage(a.x,"3min")'],
  ['timeShift(a.x,"1d")', 'timeShift(a.x, "-1d")'],
  ['a.x|scale(2)|alias("t")', 't'],
  ['alias(scale(a.x,2),newName="t")', 't'],
])('%s is called %s', async (target, names) => {
  expect((await shown(target, source)).map(({ name }) => name).join(' ')).toBe(names);
});

test('a window begins before the time that is shown', async () => {
  const moving = sourceOf([stored('m', [0, 1, 2, 3, _, 5, 6, 7])], { isCut: true });
  const [series] = await shown('movingAverage(m,3)', moving, { range: { from: 120, until: 420 } });
  expect(series?.start).toBe(180);
  expect(series && plain(series)).toEqual([2, 2.5, 4, 5.5, 6]);
  expect(moving.asked).toEqual(['120 420 m', '-60 420 m']);
});
