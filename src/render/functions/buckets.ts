import { OpsbroError } from '../../base/errors.ts';
import { rowFunction } from '../combining.ts';
import { define, type FunctionTable, type Surroundings } from '../function.ts';
import { type Interval, optional, p, preset } from '../params.ts';
import { rows } from '../rows.ts';
import { type RenderSeries, remade } from '../series.ts';
import { unitOf } from '../times.ts';
import { epochOf, localTime } from '../zoned-time.ts';

interface Buckets {
  readonly start: number;
  /** The last bucket may go beyond it. */
  readonly end: number;
  readonly seconds: number;
  readonly func: string;
}

/** One value for each so many seconds. */
function bucketed(
  series: RenderSeries,
  { start, end, seconds, func }: Buckets,
  { spend }: Surroundings,
): Pick<RenderSeries, 'start' | 'end' | 'step' | 'values'> {
  const combine = rowFunction(func);
  const count = Math.max(0, Math.ceil((end - start) / seconds));
  spend(count);
  const values = new Float64Array(count).fill(Number.NaN);
  const placeOf = (time: number) =>
    Math.min(series.values.length, Math.max(0, Math.ceil((time - series.start) / series.step)));
  for (let at = 0; at < count; at++) {
    const time = start + at * seconds;
    const part = series.values.subarray(placeOf(time), placeOf(time + seconds));
    const present = rows.count(part);
    const isEnough = present > 0 && present / (seconds / series.step) >= series.xFilesFactor;
    if (isEnough) values[at] = combine(part);
  }
  return { start, end: start + count * seconds, step: seconds, values };
}

function secondsOf({ text, seconds }: Interval): number {
  if (seconds > 0) return seconds;
  throw new OpsbroError('bad_request', `intervalString: expected more than 0 seconds, not "${text}"`);
}

/** The beginning of the year, month, week, day, hour, minute or second in which a time lies; `weeks3` begin on Wednesdays. */
function beginningOf(time: number, unit: string, zone: string): number {
  const { year, month, day, hour, minute, second } = localTime(time, zone);
  const name = unitOf(unit);
  const midnight = { year, month, day, hour: 0, minute: 0, second: 0 };
  switch (name) {
    case 'years':
      return epochOf({ ...midnight, month: 1, day: 1 }, zone);
    case 'months':
      return epochOf({ ...midnight, day: 1 }, zone);
    case 'weeks': {
      const first = Number(/[1-7]$/.exec(unit)?.[0] ?? 1);
      const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;
      return epochOf({ ...midnight, day: day - ((weekday - first + 7) % 7) }, zone);
    }
    case 'days':
      return epochOf(midnight, zone);
    case 'hours':
      return epochOf({ ...midnight, hour }, zone);
    case 'minutes':
      return epochOf({ ...midnight, hour, minute }, zone);
    case 'seconds':
      return epochOf({ ...midnight, hour, minute, second }, zone);
    default:
      throw new OpsbroError(
        'bad_request',
        `alignTo: "${unit.slice(0, 32)}" is no unit; write one such as hours or weeks1`,
      );
  }
}

function summarized(
  series: RenderSeries,
  { interval, func, isAligned }: { readonly interval: Interval; readonly func: string; readonly isAligned: boolean },
  call: Surroundings,
): RenderSeries {
  const seconds = secondsOf(interval);
  const { start, end } = series;
  const times = isAligned ? { start, end } : { start: start - (start % seconds), end: end - (end % seconds) + seconds };
  const made = bucketed(series, { ...times, seconds, func }, call);
  const name = `summarize(${series.name}, "${interval.text}", "${func}"${isAligned ? ', true' : ''})`;
  return { ...remade(series, name, made.values), ...made };
}

/** How often something happened in each interval: values are rates a second, each lasting for a step. */
function hits(series: RenderSeries, seconds: number, { spend }: Surroundings): RenderSeries {
  const { start, end, step, values } = series;
  const count = Math.ceil((end - start) / seconds);
  const first = end - count * seconds;
  spend(count);
  const sums = new Float64Array(count).fill(Number.NaN);
  const add = (bucket: number, amount: number) => {
    if (bucket < 0 || bucket >= count) return;
    const sum = sums[bucket] as number;
    sums[bucket] = Number.isNaN(sum) ? amount : sum + amount;
  };
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (Number.isNaN(value)) continue;
    const [from, until] = [start + at * step - first, Math.min(end, start + (at + 1) * step) - first];
    for (let bucket = Math.floor(from / seconds); bucket * seconds < until; bucket++) {
      const overlap = Math.min(until, (bucket + 1) * seconds) - Math.max(from, bucket * seconds);
      add(bucket, value * overlap);
    }
  }
  return { ...series, start: first, step: seconds, end, values: sums };
}

const unitFor = (seconds: number): string =>
  [['days', 86_400] as const, ['hours', 3_600] as const, ['minutes', 60] as const].find(
    ([, least]) => seconds >= least,
  )?.[0] ?? 'seconds';

/** One value for each interval. */
export const bucketFunctions: FunctionTable = {
  summarize: define('Transform', 'One value for each interval.', {
    params: {
      seriesList: p.series(),
      intervalString: p.interval(),
      func: preset(p.aggregation(), 'sum'),
      alignToFrom: preset(p.flag(), false),
    },
    run: ({ seriesList, intervalString: interval, func, alignToFrom: isAligned }, call) =>
      seriesList.map((series) => summarized(series, { interval, func, isAligned }, call)),
  }),
  smartSummarize: define(
    'Transform',
    'One value for each interval, the first beginning with the series, or with a unit of time.',
    {
      params: {
        seriesList: p.series(),
        intervalString: p.interval(),
        func: preset(p.aggregation(), 'sum'),
        alignTo: optional(p.text()),
      },
      async run({ seriesList, intervalString, func, alignTo }, call) {
        const seconds = secondsOf(intervalString);
        const { range, timeZone } = call;
        // Old dashboards give true or false here, which says nothing any more.
        const unit = alignTo === undefined || alignTo === 'true' || alignTo === 'false' ? undefined : alignTo;
        const from = unit === undefined ? range.from : beginningOf(range.from, unit, timeZone);
        const all = unit === undefined ? seriesList : await call.again({ ...range, from });
        return all.map((series) => {
          const made = bucketed(series, { start: series.start, end: series.end, seconds, func }, call);
          const name = `smartSummarize(${series.name}, "${intervalString.text}", "${func}")`;
          return { ...remade(series, name, made.values), ...made };
        });
      },
    },
  ),
  hitcount: define('Transform', 'How often something happened in each interval, of rates a second.', {
    params: { seriesList: p.series(), intervalString: p.interval(), alignToInterval: preset(p.flag(), false) },
    async run({ seriesList, intervalString, alignToInterval }, call) {
      const seconds = secondsOf(intervalString);
      const { range, timeZone } = call;
      const from = alignToInterval ? beginningOf(range.from, unitFor(seconds), timeZone) : range.from;
      const all = alignToInterval ? await call.again({ ...range, from }) : seriesList;
      return all.map((series) => {
        const whole = Math.floor((series.end - series.start) / seconds);
        const end = alignToInterval ? series.start + (whole + 1) * seconds : series.end;
        const name = `hitcount(${series.name}, "${intervalString.text}"${alignToInterval ? ', true' : ''})`;
        const counted = hits({ ...series, end }, seconds, call);
        return { ...counted, name, pathExpression: name };
      });
    },
  }),
};
