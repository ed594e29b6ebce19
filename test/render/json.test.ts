import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LONGEST_NUMBER, writeNumber } from '../../src/render/digits.ts';
import { jsonOf } from '../../src/render/json.ts';
import { fetched } from '../../src/render/series.ts';

const written = (value: number): string => {
  const bytes = Buffer.alloc(LONGEST_NUMBER);
  return bytes.toString('latin1', 0, writeNumber(bytes, 0, value));
};

test.each([
  ...[
    0,
    -0,
    1,
    -1,
    10,
    0.1,
    -0.5,
    0.001,
    0.0001,
    1.05,
    99.95,
    1_700_000_000,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 53,
    1e21,
    5e-324,
  ],
  ...[1.005, 0.1 + 0.2, 2_147_483.647, 2_147_483.648, -1.7976931348623157e308, 123_456.789, 1e-7, 4.35, 0.615],
])('%d is written as a string of it is', (value) => {
  expect(written(value)).toBe(String(value));
});

test('every number is written as a string of it is', () => {
  const fewDecimals = fc
    .tuple(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), fc.integer({ min: 0, max: 5 }))
    .map(([whole, decimals]) => whole / 10 ** decimals);
  const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fewDecimals);
  fc.assert(
    fc.property(number, (value) => {
      expect(written(value)).toBe(String(value));
    }),
    { numRuns: 2_000 },
  );
});

test('series are JSON, whatever their names and values are', () => {
  const value = fc.oneof(fc.double(), fc.integer(), fc.constant(Number.NaN));
  const series = fc.record({ name: fc.string({ unit: 'binary' }), values: fc.array(value, { maxLength: 20 }) });
  fc.assert(
    fc.property(fc.array(series, { maxLength: 3 }), fc.boolean(), (made, isDense) => {
      const all = made.map(({ name, values }) =>
        fetched(
          { name: `n${name}`, first: 1_700_000_000, step: 10, values: Float64Array.from(values) },
          { pathExpression: '', xFilesFactor: 0 },
        ),
      );
      const expected = all.map(({ name, tags, values }) => ({
        target: name,
        tags: Object.fromEntries(tags),
        datapoints: Array.from(values, (each, at) => [
          Number.isFinite(each) ? each + 0 : null,
          1_700_000_000 + at * 10,
        ]),
      }));
      const shown = isDense
        ? expected
            .map((each) => ({ ...each, datapoints: each.datapoints.filter(([each]) => each !== null) }))
            .filter(({ datapoints }) => datapoints.length > 0)
        : expected;
      expect(JSON.parse(jsonOf(all, { isDense }).toString())).toEqual(shown);
    }),
    { numRuns: 200 },
  );
});
