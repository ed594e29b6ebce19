import { OpsbroError } from '../../base/errors.ts';
import { rowFunction } from '../combining.ts';
import { define, type FunctionTable, type RenderFunction, type Surroundings } from '../function.ts';
import { roundedTo } from '../number-text.ts';
import { optional, p, preset, type Window } from '../params.ts';
import { rows } from '../rows.ts';
import { type RenderSeries, remade } from '../series.ts';

const PRECISION = 6;

/** A series with its values from before the wanted time. */
interface Previewed {
  readonly series: RenderSeries;
  /** Values before the wanted time, as many as the window has. */
  readonly window: number;
  readonly seconds: number;
}

/** The argument once more, from a window earlier on. */
async function previewed(
  seriesList: readonly RenderSeries[],
  window: Window,
  { again, range }: Surroundings,
): Promise<readonly Previewed[]> {
  const widest = Math.max(0, ...seriesList.map(({ step }) => step));
  const seconds = typeof window === 'number' ? widest * window : Math.abs(window.seconds);
  if (seconds <= 0 && seriesList.length > 0) throw new OpsbroError('bad_request', 'windowSize: expected more than 0');
  if (seriesList.length === 0) return [];
  const all = await again({ ...range, from: range.from - seconds });
  return all.map((series) => {
    const points = typeof window === 'number' ? window : Math.floor(seconds / series.step);
    return { series, window: Math.max(1, points), seconds };
  });
}

const windowText = (window: Window): string => (typeof window === 'number' ? String(window) : `"${window.text}"`);

/** The part of a series that was wanted, under another name. */
function cut({ series, seconds }: Previewed, name: string, values: Float64Array): RenderSeries {
  return { ...remade(series, name, values), start: series.start + seconds };
}

/** A value for each place, of the values of the window that ends with it. */
function slid(
  previews: Previewed,
  { func, xFilesFactor }: { readonly func: string; readonly xFilesFactor: number | undefined },
  { spend }: Surroundings,
): Float64Array {
  const { series, window } = previews;
  const combine = rowFunction(func);
  const length = Math.max(0, series.values.length - window);
  // Each value looks at the whole window.
  spend(Math.ceil((length * window) / 64));
  const values = new Float64Array(length);
  const least = xFilesFactor ?? series.xFilesFactor;
  for (let at = 0; at < length; at++) {
    const part = series.values.subarray(at + 1, at + 1 + window);
    const present = rows.count(part);
    const row = present === window ? part : part.filter((value) => !Number.isNaN(value));
    values[at] = present > 0 && present / window >= least ? combine(row) : Number.NaN;
  }
  return values;
}

async function moved(
  args: {
    readonly seriesList: readonly RenderSeries[];
    readonly windowSize: Window;
    readonly xFilesFactor?: number | undefined;
  },
  func: string,
  call: Surroundings,
): Promise<readonly RenderSeries[]> {
  const title = `moving${func.charAt(0).toUpperCase()}${func.slice(1)}`;
  const all = await previewed(args.seriesList, args.windowSize, call);
  return all.map((each) => {
    const values = slid(each, { func, xFilesFactor: args.xFilesFactor }, call);
    return cut(each, `${title}(${each.series.name},${windowText(args.windowSize)})`, values);
  });
}

const moving = (func: string, description: string): RenderFunction =>
  define('Calculate', description, {
    params: { seriesList: p.series(), windowSize: p.window(), xFilesFactor: optional(p.number()) },
    run: (args, call) => moved(args, func, call),
  });

function exponential({ series, window }: Previewed, constant: number): Float64Array {
  const { values } = series;
  const before = rows.average(values.subarray(0, window));
  let average = Number.isNaN(before) ? 0 : before;
  const rest = Array.from(values.subarray(window), (value) => {
    if (Number.isNaN(value)) return value;
    average = constant * value + (1 - constant) * average;
    return roundedTo(average, PRECISION);
  });
  return Float64Array.from([roundedTo(Number.isNaN(before) ? 0 : before, PRECISION), ...rest]);
}

/** The deviation of the last so many values, from the first one on. */
function deviations({ values }: RenderSeries, points: number, tolerance: number): Float64Array {
  let [present, sum, squares] = [0, 0, 0];
  const take = (value: number, sign: 1 | -1) => {
    if (Number.isNaN(value)) return;
    present += sign;
    sum += sign * value;
    squares += sign * value * value;
  };
  return values.map((value, at) => {
    if (at >= points) take(values[at - points] as number, -1);
    take(value, 1);
    if (present === 0 || present / points < tolerance) return Number.NaN;
    return Math.sqrt(present * squares - sum * sum) / present;
  });
}

/** Values made of those in a window of time that moves along. */
export const movingFunctions: FunctionTable = {
  movingAverage: moving('average', 'The average of the last values.'),
  movingMedian: moving('median', 'The middle of the last values.'),
  movingMin: moving('min', 'The lowest of the last values.'),
  movingMax: moving('max', 'The highest of the last values.'),
  movingSum: moving('sum', 'The sum of the last values.'),
  movingWindow: define('Calculate', 'The last values made one by a function.', {
    params: {
      seriesList: p.series(),
      windowSize: p.window(),
      func: preset(p.aggregation(), 'average'),
      xFilesFactor: optional(p.number()),
    },
    run: ({ func, ...args }, call) => moved(args, func, call),
  }),
  exponentialMovingAverage: define('Calculate', 'An average in which older values count less and less.', {
    params: { seriesList: p.series(), windowSize: p.window() },
    async run({ seriesList, windowSize }, call) {
      const all = await previewed(seriesList, windowSize, call);
      return all.map((each) => {
        const constant = 2 / ((typeof windowSize === 'number' ? windowSize : each.seconds) + 1);
        const name = `exponentialMovingAverage(${each.series.name},${windowText(windowSize)})`;
        return cut(each, name, exponential(each, constant));
      });
    },
  }),
  stdev: define('Calculate', 'The standard deviation of the last values.', {
    params: { seriesList: p.series(), points: p.integer(), windowTolerance: preset(p.number(), 0.1) },
    run({ seriesList, points, windowTolerance }) {
      if (points < 1) throw new OpsbroError('bad_request', 'points: expected at least 1');
      return seriesList.map((series) =>
        remade(series, `stdev(${series.name},${points})`, deviations(series, points, windowTolerance)),
      );
    },
  }),
};
