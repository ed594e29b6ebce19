import { describe, expect, test } from 'vitest';
import { parseRetentions } from '../../src/config/retentions.ts';
import { readAggregationFile, readSchemaFile } from '../../src/config/series-rules.ts';
import { aggregate } from '../../src/metrics/aggregate.ts';
import { mergeSeries, widened } from '../../src/metrics/merging.ts';
import { Rules } from '../../src/metrics/rules.ts';

describe('retentions', () => {
  test.each([
    [
      '10s:6h,1m:7d',
      [
        [10, 2_160],
        [60, 10_080],
      ],
    ],
    ['10:2160', [[10, 2_160]]],
    ['1min:1year', [[60, 525_600]]],
    ['60s:1w', [[60, 10_080]]],
  ])('%s', (written, pairs) => {
    expect(parseRetentions(written)).toEqual(pairs.map(([step, points]) => ({ step, points })));
  });

  test.each([
    ['180s:7d,300s:30d', /300 s is none of 180 s/],
    ['60s:1d,10s:7d', /10 s comes after 60 s/],
    ['10s:1d,60s:1d', /86400 s is not more than 86400 s/],
    ['10s', /no retention/],
    ['', /no retention/],
    ['0s:1d', /from 1s to 1y/],
    ['1d:1h', /keeps no point/],
  ])('%s is refused with both numbers', (written, message) => {
    expect(() => parseRetentions(written)).toThrow(message);
  });
});

test("carbon's files are read; a wrong section is named and left out", () => {
  const schemas =
    '# old\n[fine]\npattern = ^fine\\.\nretentions = 1s:1h\n\n[bad]\npattern = x\nretentions = 180s:7d,300s:30d\n';
  expect(readSchemaFile(schemas, 'schemas.conf')).toEqual({
    rules: [{ pattern: '^fine\\.', archives: [{ step: 1, points: 3_600 }] }],
    errors: [expect.stringMatching(/^schemas\.conf: \[bad\]: .*300 s is none of 180 s/)],
  });
  const aggregation =
    '[m]\npattern = \\.m$\nxFilesFactor = 0.5\naggregationMethod = absmax\n[n]\npattern = n\naggregationMethod = mode\n[o]\nxFilesFactor = 1\n';
  const read = readAggregationFile(aggregation, 'a.conf');
  expect(read.rules).toEqual([{ pattern: '\\.m$', xFilesFactor: 0.5, method: 'absmax' }]);
  expect(read.errors.map((error) => error.slice(0, 12))).toEqual(['a.conf: [n]:', 'a.conf: [o]:']);
});

describe('the rule of a series', () => {
  test.each([
    ['a.load', 'average', 0.3],
    ['stats.timers.k.lower', 'min', 0.1],
    ['stats.timers.k.upper_99', 'max', 0.1],
    ['a.sum', 'sum', 0],
    ['stats.timers.k.count', 'sum', 0],
    ['stats.timers.k.count_ps', 'average', 0.3],
  ])('%s is %s of %d as shipped', async (name, method, xFilesFactor) => {
    const rules = await Rules.make();
    expect(rules.layoutOf(name, 'received')).toMatchObject({ method, xFilesFactor });
    expect(rules.layoutOf(name, 'own')).toMatchObject({ method, xFilesFactor: 0 });
  });

  test('what somebody wrote comes first, also for the series of the agent, and the usual fills in', async () => {
    const rules = await Rules.make({
      schemas: [{ pattern: '^web', archives: parseRetentions('30s:1d') }],
      aggregation: [{ pattern: 'load$', xFilesFactor: 0.9 }],
    });
    expect(rules.layoutOf('web.load', 'own')).toEqual({
      archives: [{ step: 30, points: 2_880 }],
      method: 'average',
      xFilesFactor: 0.9,
    });
    expect(rules.layoutOf('db.load', 'own').archives[0]?.step).toBe(10);
    expect(rules.layoutOf('carbon.x', 'own').archives).toEqual([{ step: 60, points: 129_600 }]);
    expect(rules.layoutOf('a', 'own')).toBe(rules.layoutOf('b', 'own'));
  });

  test('a pattern that is none is refused', async () => {
    const wrong = Rules.make({ schemas: [{ pattern: '(', archives: parseRetentions('1s:1h') }], aggregation: [] });
    await expect(wrong).rejects.toThrow(/the pattern "\(" is wrong/);
  });
});

test.each([
  ['average', 2],
  ['sum', 4],
  ['last', -3],
  ['max', 7],
  ['min', -3],
  ['avg_zero', 1],
  ['absmax', 7],
  ['absmin', 0],
] as const)('the %s of 7, nothing, 0, -3', (method, expected) => {
  const values = Float64Array.of(7, Number.NaN, 0, -3);
  const result = aggregate(values, { method, xFilesFactor: 0.75 });
  expect(result).toBe(method === 'average' ? 4 / 3 : expected);
  expect(aggregate(values, { method, xFilesFactor: 0.76 })).toBeNaN();
  expect(aggregate(Float64Array.of(Number.NaN), { method, xFilesFactor: 0 })).toBeNaN();
});

describe('several series', () => {
  const a = { name: 'a', first: 100, step: 10, values: Float64Array.of(1, 2, Number.NaN, 4) };
  const b = { name: 'b', first: 110, step: 10, values: Float64Array.of(10, Number.NaN, 30, 40) };
  test.each([
    ['average', [1, 6, Number.NaN, 17, 40]],
    ['sum', [1, 12, Number.NaN, 34, 40]],
    ['max', [1, 10, Number.NaN, 30, 40]],
  ] as const)('become one by %s', (method, values) => {
    expect(mergeSeries('m', [a, b], method)).toEqual({
      name: 'm',
      first: 100,
      step: 10,
      values: Float64Array.from(values),
    });
  });

  test('of different steps are brought to the same one', () => {
    const c = { name: 'c', first: 100, step: 20, values: Float64Array.of(5, 7) };
    expect(mergeSeries('m', [a, c], 'sum')).toEqual({
      name: 'm',
      first: 100,
      step: 20,
      values: Float64Array.of(8, 11),
    });
  });

  test('wide slots begin at multiples of their length', () => {
    expect(widened(b, 40, 'sum')).toEqual({ name: 'b', first: 80, step: 40, values: Float64Array.of(10, 70) });
  });
});
