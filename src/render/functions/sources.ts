import { OpsbroError } from '../../base/errors.ts';
import { define, type FunctionTable, type RenderRange, type Surroundings } from '../function.ts';
import { many, optional, p, preset } from '../params.ts';
import { madeUp, type RenderSeries } from '../series.ts';
import { parseTime } from '../times.ts';

/** The same value at the beginning, the middle and the end of a time. */
export function constantLine(value: number, { from, until }: RenderRange): RenderSeries {
  const step = Math.max(1, Math.floor((until - from) / 2));
  const times = { start: from, end: until, step, values: new Float64Array(3).fill(value) };
  return madeUp(String(value), times, { pathExpression: `constantLine(${value})` });
}

/** A value for each step of a time. */
function generated(
  name: string,
  {
    step,
    value,
    pathExpression = name,
  }: { readonly step: number; value(time: number): number; readonly pathExpression?: string },
  { range: { from, until }, spend }: Surroundings,
): readonly RenderSeries[] {
  if (step < 1) throw new OpsbroError('bad_request', 'step: expected at least 1 second');
  const length = Math.ceil((until - from) / step);
  spend(length);
  const values = Float64Array.from({ length }, (_, at) => value(from + at * step));
  return [madeUp(name, { start: from, end: until, step, values }, { pathExpression })];
}

const timeOf = (name: string) =>
  define('Special', 'The time itself, in epoch seconds.', {
    params: { name: p.text(), step: preset(p.integer(), 60) },
    run: ({ name: shown, step }, call) =>
      generated(shown, { step, value: (time) => time, pathExpression: `${name}("${shown}")` }, call),
  });

const randomWalk = define('Special', 'Made-up values that go up and down by chance, for trying out.', {
  params: { name: p.text(), step: preset(p.integer(), 60) },
  run({ name, step }, call) {
    let current = 0;
    const value = () => {
      const before = current;
      current += call.random() - 0.5;
      return before;
    };
    return generated(name, { step, value }, call);
  },
});

const sin = define('Special', 'A sine of the time in seconds.', {
  params: { name: p.text(), amplitude: preset(p.number(), 1), step: preset(p.integer(), 60) },
  run: ({ name, amplitude, step }, call) =>
    generated(name, { step, value: (time) => Math.sin(time) * amplitude }, call),
});

const time = timeOf('time');

/** Series that come from no stored one. */
export const sourceFunctions: FunctionTable = {
  constantLine: define('Special', 'The same value all the time.', {
    params: { value: p.number() },
    run: ({ value }, { range }) => [constantLine(value, range)],
  }),
  threshold: define('Graph', 'The same value all the time, under a name of its own.', {
    params: { value: p.number(), label: optional(p.text()), color: optional(p.text()) },
    run({ value, label }, { range }) {
      const line = constantLine(value, range);
      return [{ ...line, name: label ?? line.name }];
    },
  }),
  verticalLine: define('Graph', 'A line at one moment.', {
    params: { ts: p.date(), label: optional(p.text()), color: optional(p.text()) },
    run({ ts, label }, { range, now, timeZone }) {
      const at = parseTime(ts, { now, timeZone });
      if (at < range.from || at > range.until)
        throw new OpsbroError('bad_request', `verticalLine: ${ts} is not between from and until`);
      return [madeUp(label ?? ts, { start: at, end: at + 2, step: 1, values: new Float64Array(2).fill(1) })];
    },
  }),
  randomWalk,
  identity: define('Calculate', 'The time itself, in epoch seconds, each minute.', {
    params: { name: p.text() },
    run: ({ name }, call) =>
      generated(name, { step: 60, value: (at) => at, pathExpression: `identity("${name}")` }, call),
  }),
  time,
  sin,
  events: define('Special', 'How many events there were in each second, by their tags; * for all.', {
    params: { tags: many(p.text()) },
    async run({ tags }, call) {
      const { range } = call;
      const isAll = tags.includes('*');
      const found = await call.annotations({ ...range, ...(isAll ? {} : { tags, set: 'intersection' as const }) });
      const counts = new Map<number, number>();
      for (const { when } of found) counts.set(when, (counts.get(when) ?? 0) + 1);
      const name = `events(${tags.map((tag) => `"${tag}"`).join(', ')})`;
      return generated(name, { step: 1, value: (second) => counts.get(second) ?? Number.NaN }, call);
    },
  }),
};
