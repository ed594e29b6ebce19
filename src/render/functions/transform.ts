import { define, type FunctionTable } from '../function.ts';
import { roundedTo, shortText } from '../number-text.ts';
import { optional, p, preset } from '../params.ts';
import { rows } from '../rows.ts';
import { eachValue, remade } from '../series.ts';

const PRECISION = 6;
/** What is no number any more is no value. */
const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);

/** A function that makes each value anew from itself alone. */
const each = (name: string, description: string, change: (value: number) => number) =>
  define('Transform', description, {
    params: { seriesList: p.series() },
    run: ({ seriesList }) =>
      seriesList.map((series) => remade(series, `${name}(${series.name})`, eachValue(series, change))),
  });

/** As `each`, with a number that stands in the name. */
const withNumber = (
  name: string,
  parameter: string,
  { description, change }: { readonly description: string; change(value: number, number: number): number },
) =>
  define('Transform', description, {
    params: { seriesList: p.series(), [parameter]: p.number() },
    run({ seriesList, ...rest }) {
      const number = rest[parameter] as unknown as number;
      return seriesList.map((series) =>
        remade(
          series,
          `${name}(${series.name},${shortText(number)})`,
          eachValue(series, (value) => finite(change(value, number))),
        ),
      );
    },
  });

/** Each value made anew from itself. */
export const transformFunctions: FunctionTable = {
  scale: withNumber('scale', 'factor', {
    description: 'Each value times a factor.',
    change: (value, factor) => value * factor,
  }),
  offset: withNumber('offset', 'factor', {
    description: 'Each value plus a number.',
    change: (value, more) => value + more,
  }),
  add: withNumber('add', 'constant', {
    description: 'Each value plus a number.',
    change: (value, more) => value + more,
  }),
  pow: withNumber('pow', 'factor', { description: 'Each value to a power.', change: (value, power) => value ** power }),
  absolute: each('absolute', 'Each value without its sign.', Math.abs),
  squareRoot: each('squareRoot', 'The square root of each value.', Math.sqrt),
  invert: each('invert', 'One divided by each value.', (value) => finite(1 / value)),
  exp: each('exp', 'e to the power of each value.', (value) => finite(Math.exp(value))),
  sigmoid: each(
    'sigmoid',
    'Each value between 0 and 1, by the logistic function.',
    (value) => 1 / (1 + Math.exp(-value)),
  ),
  logit: each('logit', 'The inverse of sigmoid.', (value) => finite(Math.log(value / (1 - value)))),
  scaleToSeconds: define('Transform', 'What the values would be if they were counted over so many seconds.', {
    params: { seriesList: p.series(), seconds: p.number() },
    run: ({ seriesList, seconds }) =>
      seriesList.map((series) => {
        const factor = seconds / series.step;
        const values = eachValue(series, (value) => roundedTo(value * factor, PRECISION));
        return remade(series, `scaleToSeconds(${series.name},${Math.trunc(seconds)})`, values);
      }),
  }),
  offsetToZero: define('Transform', 'Each value minus the lowest of its series.', {
    params: { seriesList: p.series() },
    run: ({ seriesList }) =>
      seriesList.map((series) => {
        const least = rows.min(series.values);
        return remade(
          series,
          `offsetToZero(${series.name})`,
          eachValue(series, (value) => value - least),
        );
      }),
  }),
  minMax: define('Transform', 'Each value between 0, the lowest of its series, and 1, the highest.', {
    params: { seriesList: p.series() },
    run: ({ seriesList }) =>
      seriesList.map((series) => {
        const least = rows.min(series.values);
        const width = rows.max(series.values) - least;
        const change = (value: number) => (width === 0 ? value - least : (value - least) / width);
        return remade(series, `minMax(${series.name})`, eachValue(series, change));
      }),
  }),
  log: define('Transform', 'The logarithm of each value above 0.', {
    params: { seriesList: p.series(), base: preset(p.number(), 10) },
    run: ({ seriesList, base }) =>
      seriesList.map((series) => {
        const divisor = Math.log(base);
        const logarithm =
          base === 10 ? Math.log10 : base === 2 ? Math.log2 : (value: number) => Math.log(value) / divisor;
        const values = eachValue(series, (value) => (value <= 0 ? Number.NaN : logarithm(value)));
        return remade(series, `log(${series.name}, ${base})`, values);
      }),
  }),
  round: define('Transform', 'Each value with so many decimals; of two as near the even one.', {
    params: { seriesList: p.series(), precision: optional(p.integer()) },
    run: ({ seriesList, precision }) =>
      seriesList.map((series) => {
        const name = precision === undefined ? `round(${series.name})` : `round(${series.name},${precision})`;
        return remade(
          series,
          name,
          eachValue(series, (value) => roundedTo(value, precision ?? 0)),
        );
      }),
  }),
};
