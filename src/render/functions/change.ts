import { OpsbroError } from '../../base/errors.ts';
import { define, type FunctionTable } from '../function.ts';
import { roundedTo } from '../number-text.ts';
import { optional, p } from '../params.ts';
import { eachValue, type RenderSeries, remade } from '../series.ts';

const PRECISION = 6;

interface Bounds {
  readonly max: number | undefined;
  readonly min: number | undefined;
}

/** How much a counter grew with each value; one that falls has begun anew, or went over `max`. */
function growth(series: RenderSeries, { max, min }: Bounds): Float64Array<ArrayBuffer> {
  let previous = Number.NaN;
  return eachValue(series, (value) => {
    const before = previous;
    const isOutside = (max !== undefined && value > max) || (min !== undefined && value < min);
    previous = isOutside ? Number.NaN : value;
    if (isOutside || Number.isNaN(before) || Number.isNaN(value)) return Number.NaN;
    if (value >= before) return value - before;
    if (max !== undefined) return max + 1 + value - before - (min ?? 0);
    return min === undefined ? Number.NaN : value - min;
  });
}

const COUNTER = { seriesList: p.series(), maxValue: optional(p.number()), minValue: optional(p.number()) };

/** Each value made from those before it. */
export const changeFunctions: FunctionTable = {
  derivative: define('Transform', 'How much each value differs from the one before.', {
    params: { seriesList: p.series() },
    run: ({ seriesList }) =>
      seriesList.map((series) => {
        const { values } = series;
        const values2 = eachValue(series, (value, at) => value - (values[at - 1] ?? Number.NaN));
        return remade(series, `derivative(${series.name})`, values2);
      }),
  }),
  nonNegativeDerivative: define('Transform', 'How much a counter grew with each value.', {
    params: COUNTER,
    run: ({ seriesList, maxValue: max, minValue: min }) =>
      seriesList.map((series) => remade(series, `nonNegativeDerivative(${series.name})`, growth(series, { max, min }))),
  }),
  perSecond: define('Transform', 'How much a counter grew each second.', {
    params: COUNTER,
    run: ({ seriesList, maxValue: max, minValue: min }) =>
      seriesList.map((series) => {
        const grown = growth(series, { max, min }).map((value) => roundedTo(value / series.step, PRECISION));
        return remade(series, `perSecond(${series.name})`, grown);
      }),
  }),
  integral: define('Transform', 'The sum of all values so far.', {
    params: { seriesList: p.series() },
    run: ({ seriesList }) =>
      seriesList.map((series) => {
        let sum = 0;
        const values = eachValue(series, (value) => {
          if (Number.isNaN(value)) return value;
          sum += value;
          return sum;
        });
        return remade(series, `integral(${series.name})`, values);
      }),
  }),
  integralByInterval: define('Transform', 'The sum of the values so far, begun anew with each interval.', {
    params: { seriesList: p.series(), intervalUnit: p.interval() },
    run({ seriesList, intervalUnit: { text, seconds } }, { range: { from } }) {
      const length = Math.abs(seconds);
      if (length === 0) throw new OpsbroError('bad_request', 'intervalUnit: expected more than 0 seconds');
      const turn = (time: number) => Math.floor((time - from) / length);
      return seriesList.map((series) => {
        const { start, step } = series;
        let sum = 0;
        const values = eachValue(series, (value, at) => {
          const time = start + at * step;
          if (turn(time) !== turn(time - step)) sum = 0;
          if (!Number.isNaN(value)) sum += value;
          return sum;
        });
        return remade(series, `integralByInterval(${series.name},'${text}')`, values);
      });
    },
  }),
  delay: define('Transform', 'Each value so many steps later.', {
    params: { seriesList: p.series(), steps: p.integer() },
    run: ({ seriesList, steps }) =>
      seriesList.map((series) => {
        const { values } = series;
        const late = eachValue(series, (_, at) => values[at - steps] ?? Number.NaN);
        return remade(series, `delay(${series.name},${steps})`, late);
      }),
  }),
  changed: define('Special', '1 where a value differs from the one before, else 0.', {
    params: { seriesList: p.series() },
    run: ({ seriesList }) =>
      seriesList.map((series) => {
        let previous = Number.NaN;
        const values = eachValue(series, (value) => {
          const isChanged = !Number.isNaN(previous) && !Number.isNaN(value) && value !== previous;
          if (!Number.isNaN(value)) previous = value;
          return Number(isChanged);
        });
        return remade(series, `changed(${series.name})`, values);
      }),
  }),
};
