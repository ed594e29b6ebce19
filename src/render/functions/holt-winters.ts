// Forecasts by triple exponential smoothing: a level, a trend and a season, each following what is seen with a weight of its own.
import { OpsbroError } from '../../base/errors.ts';
import { define, type FunctionTable, type Surroundings } from '../function.ts';
import { type Interval, p, preset } from '../params.ts';
import { eachValue, madeUp, type RenderSeries, remade } from '../series.ts';

const LEVEL_WEIGHT = 0.1;
const TREND_WEIGHT = 0.0035;
const SEASON_WEIGHT = 0.1;

interface Analysis {
  readonly predictions: Float64Array;
  readonly deviations: Float64Array;
}

/** Predicts each value from those before it, and how far off that usually is. */
function analysed({ values, step }: RenderSeries, season: number): Analysis {
  const length = Math.floor(season / step);
  const predictions = new Float64Array(values.length).fill(Number.NaN);
  const deviations = new Float64Array(values.length);
  const seasonals = new Float64Array(values.length + 1);
  const before = (list: Float64Array, at: number): number => (at >= length ? (list[at - length] as number) : 0);
  let [level, trend, next] = [Number.NaN, 0, Number.NaN];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    const prediction = at === 0 ? value : next;
    predictions[at] = prediction;
    if (Number.isNaN(value)) {
      [level, trend, next] = [Number.NaN, 0, Number.NaN];
      continue;
    }
    const lastLevel = Number.isNaN(level) ? value : level;
    const lastSeason = before(seasonals, at);
    level = LEVEL_WEIGHT * (value - lastSeason) + (1 - LEVEL_WEIGHT) * (lastLevel + trend);
    trend = TREND_WEIGHT * (level - lastLevel) + (1 - TREND_WEIGHT) * trend;
    seasonals[at] = SEASON_WEIGHT * (value - level) + (1 - SEASON_WEIGHT) * lastSeason;
    const error = Math.abs(value - (Number.isNaN(prediction) ? 0 : prediction));
    deviations[at] = SEASON_WEIGHT * error + (1 - SEASON_WEIGHT) * before(deviations, at);
    next = level + trend + before(seasonals, at + 1);
  }
  return { predictions, deviations };
}

interface Times {
  readonly bootstrapInterval: Interval;
  readonly seasonality: Interval;
}

interface Forecast extends Analysis {
  /** With the time before the wanted one, from which was learned. */
  readonly series: RenderSeries;
  readonly start: number;
}

async function forecasts(
  { bootstrapInterval, seasonality }: Times,
  { again, range }: Surroundings,
): Promise<readonly Forecast[]> {
  const seconds = bootstrapInterval.seconds;
  if (seconds < 0 || seasonality.seconds <= 0)
    throw new OpsbroError('bad_request', 'expected intervals of more than 0 seconds');
  const all = await again({ ...range, from: range.from - seconds });
  return all.map((series) => {
    const { predictions, deviations } = analysed(series, seasonality.seconds);
    const skipped = Math.floor(seconds / series.step);
    return {
      series,
      start: series.start + seconds,
      predictions: predictions.subarray(skipped),
      deviations: deviations.subarray(skipped),
    };
  });
}

interface Band {
  readonly lower: RenderSeries;
  readonly upper: RenderSeries;
}

function bandOf({ series, start, predictions, deviations }: Forecast, delta: number): Band {
  const { end, step, xFilesFactor, pathExpression } = series;
  const side = (name: string, sign: 1 | -1): RenderSeries => {
    const values = predictions.map((value, at) => value + sign * delta * (deviations[at] as number));
    const title = `holtWintersConfidence${name}(${series.name})`;
    return madeUp(title, { start, end, step, values }, { pathExpression, xFilesFactor });
  };
  return { lower: side('Lower', -1), upper: side('Upper', 1) };
}

const TIMES = {
  bootstrapInterval: preset(p.interval(), '7d'),
  seasonality: preset(p.interval(), '1d'),
};
const BAND = { seriesList: p.series(), delta: preset(p.number(), 3), ...TIMES };

/** How far a value lies outside its band. */
function aberration(series: RenderSeries, band: Band): RenderSeries {
  const { lower, upper } = band;
  const values = eachValue(series, (value, at) => {
    const [low, high] = [lower.values[at] ?? Number.NaN, upper.values[at] ?? Number.NaN];
    if (value > high) return value - high;
    return value < low ? value - low : 0;
  });
  return remade(series, `holtWintersAberration(${series.name})`, values);
}

/** What is to be expected, learned from what was. */
export const holtWintersFunctions: FunctionTable = {
  holtWintersForecast: define('Calculate', 'What is to be expected by the values of the days before.', {
    params: { seriesList: p.series(), ...TIMES },
    run: async (args, call) =>
      (await forecasts(args, call)).map(({ series, start, predictions: values }) => {
        const { end, step, xFilesFactor } = series;
        return madeUp(`holtWintersForecast(${series.name})`, { start, end, step, values }, { xFilesFactor });
      }),
  }),
  holtWintersConfidenceBands: define('Calculate', 'Between which bounds values are to be expected.', {
    params: BAND,
    run: async ({ delta, ...args }, call) =>
      (await forecasts(args, call)).flatMap((forecast) => {
        const { lower, upper } = bandOf(forecast, delta);
        return [lower, upper];
      }),
  }),
  holtWintersAberration: define('Calculate', 'How far values lie outside what is to be expected.', {
    params: BAND,
    async run({ seriesList, delta, ...args }, call) {
      const bands = new Map(
        (await forecasts(args, call)).map((each) => [each.series.name, bandOf(each, delta)] as const),
      );
      return seriesList.flatMap((series) => {
        const band = bands.get(series.name);
        return band ? [aberration(series, band)] : [];
      });
    },
  }),
  holtWintersConfidenceArea: define('Calculate', 'The area in which values are to be expected.', {
    params: BAND,
    async run({ delta, ...args }, call) {
      const all = await forecasts(args, call);
      const [first] = all;
      if (all.length > 1 || !first) {
        throw new OpsbroError('bad_request', `holtWintersConfidenceArea: expected one series, not ${all.length}`);
      }
      const { lower, upper } = bandOf(first, delta);
      const name = `holtWintersConfidenceArea(${upper.pathExpression})`;
      return [lower, upper].map((series) => ({ ...series, name, pathExpression: name }));
    },
  }),
};
