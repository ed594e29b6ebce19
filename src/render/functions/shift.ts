import { OpsbroError } from '../../base/errors.ts';
import { define, type FunctionTable, type RenderRange, type Surroundings } from '../function.ts';
import { optional, p, preset } from '../params.ts';
import { eachValue, type RenderSeries, remade } from '../series.ts';
import { parseInterval, parseTime } from '../times.ts';
import { isSummerTime } from '../zoned-time.ts';

/** Shifts that one call may show. */
const MOST_SHIFTS = 400;
const HOUR = 3_600;

/** Without a sign a shift goes back. */
const signed = (text: string): string => (/^\d/.test(text) ? `-${text}` : text);

const shiftedBy = ({ from, until }: RenderRange, seconds: number): RenderRange => ({
  from: from + seconds,
  until: until + seconds,
});

/** An hour when the clocks were set between the two times, so that the same hour of the day is compared. */
function clockChange(range: RenderRange, shifted: RenderRange, zone: string): number {
  const summer = (time: RenderRange) => [time.from, time.until].map((each) => isSummerTime(each, zone));
  const [now, then] = [summer(range), summer(shifted)];
  if (now.every(Boolean) && !then.some(Boolean)) return HOUR;
  return then.every(Boolean) && !now.some(Boolean) ? -HOUR : 0;
}

/** A line through values by least squares, as a value at a time; `undefined` for fewer than two of them. */
function regression({ values, start, step }: RenderSeries): ((time: number) => number) | undefined {
  let [n, sumI, sumV, sumII, sumIV] = [0, 0, 0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    if (Number.isNaN(value)) continue;
    n += 1;
    sumI += at;
    sumV += value;
    sumII += at * at;
    sumIV += at * value;
  }
  const denominator = n * sumII - sumI * sumI;
  if (denominator === 0) return undefined;
  const factor = (n * sumIV - sumI * sumV) / denominator / step;
  const offset = (sumII * sumV - sumIV * sumI) / denominator - factor * start;
  return (time) => offset + time * factor;
}

async function lines(
  seriesList: readonly RenderSeries[],
  source: RenderRange,
  { again }: Surroundings,
): Promise<readonly RenderSeries[]> {
  const sources = await again(source);
  return seriesList.flatMap((series, at) => {
    const from = sources[at];
    const line = from && regression(from);
    if (!line) return [];
    const name = `linearRegression(${series.name}, ${source.from}, ${source.until})`;
    return [
      remade(
        series,
        name,
        eachValue(series, (_, place) => line(series.start + place * series.step)),
      ),
    ];
  });
}

/** Series of other times. */
export const shiftFunctions: FunctionTable = {
  timeShift: define('Transform', 'The series of another time, shown at this one.', {
    params: {
      seriesList: p.series(),
      timeShift: p.text(),
      resetEnd: preset(p.flag(), true),
      alignDST: preset(p.flag(), false),
    },
    async run({ seriesList, timeShift, resetEnd, alignDST }, { range, timeZone, again }) {
      const shift = signed(timeShift);
      const plain = shiftedBy(range, parseInterval(shift));
      const wanted = alignDST ? shiftedBy(plain, clockChange(range, plain, timeZone)) : plain;
      const [first] = seriesList;
      if (!first) return [];
      return (await again(wanted)).map((series) => {
        const end = resetEnd ? first.end : series.end - series.start + first.start;
        return { ...series, name: `timeShift(${series.name}, "${shift}")`, start: first.start, end };
      });
    },
  }),
  timeStack: define('Transform', 'The series of several times, each so much earlier, shown at this one.', {
    params: {
      seriesList: p.series(),
      timeShiftUnit: preset(p.text(), '1d'),
      timeShiftStart: preset(p.integer(), 0),
      timeShiftEnd: preset(p.integer(), 7),
    },
    async run({ seriesList, timeShiftUnit, timeShiftStart: from, timeShiftEnd: until }, { range, again }) {
      const unit = signed(timeShiftUnit);
      const seconds = parseInterval(unit);
      const [first] = seriesList;
      if (!first) return [];
      if (until - from > MOST_SHIFTS)
        throw new OpsbroError('bad_request', `timeStack: more than ${MOST_SHIFTS} shifts`);
      const made: RenderSeries[] = [];
      for (let shift = from; shift < until; shift++) {
        for (const series of await again(shiftedBy(range, seconds * shift))) {
          const name = `timeShift(${series.name}, ${unit}, ${shift})`;
          made.push({ ...series, name, pathExpression: name, start: first.start, end: first.end });
        }
      }
      return made;
    },
  }),
  timeSlice: define('Transform', 'Only the values between two times.', {
    params: { seriesList: p.series(), startSliceAt: p.date(), endSliceAt: preset(p.date(), 'now') },
    run({ seriesList, startSliceAt, endSliceAt }, reference) {
      const [from, until] = [startSliceAt, endSliceAt].map((text) => parseTime(text, reference)) as [number, number];
      return seriesList.map((series) => {
        const values = eachValue(series, (value, at) => {
          const time = series.start + at * series.step;
          return time < from || time > until ? Number.NaN : value;
        });
        return { ...series, name: `timeSlice(${series.name}, ${from}, ${until})`, values };
      });
    },
  }),
  linearRegression: define('Calculate', 'A straight line through the values of a time.', {
    params: { seriesList: p.series(), startSourceAt: optional(p.date()), endSourceAt: optional(p.date()) },
    run({ seriesList, startSourceAt, endSourceAt }, call) {
      const { range } = call;
      const from = startSourceAt === undefined ? range.from : parseTime(startSourceAt, call);
      const until = endSourceAt === undefined ? range.until : parseTime(endSourceAt, call);
      if (from >= until) throw new OpsbroError('bad_request', 'startSourceAt: must be before endSourceAt');
      return lines(seriesList, { from, until }, call);
    },
  }),
};
