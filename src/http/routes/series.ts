import { z } from 'zod';
import { parseDuration } from '../../base/duration.ts';
import { OpsbroError } from '../../base/errors.ts';
import { mergeSeries, widened } from '../../metrics/merging.ts';
import type { AggregationMethod, SeriesValues } from '../../model/series.ts';
import { nextPage, PAGING } from '../paging.ts';
import type { ApiParts } from '../parts.ts';
import { jsonObject } from '../records.ts';
import { Reply, route } from '../route.ts';
import { Method, SeriesJson, SeriesStoreJson } from '../schemas/series.ts';

const PAGE = 10_000;
const MOST_POINTS = 100_000;

const Instant = z
  .string()
  .max(32)
  .regex(/^(?:\d{1,10}|-[\d.a-z]+)$/, 'write epoch seconds, or how long ago, such as -1h')
  .optional();

const Asked = z.strictObject({
  series: z.string().min(1).max(1_024).describe('a name or a pattern with *, ?, [a-z] and {a,b}'),
  from: Instant.describe('epoch seconds, or how long ago, such as -1h, which is also the default'),
  until: Instant.describe('now when left out'),
  merge: Method.optional().describe('make one series of all'),
  points: z
    .string()
    .regex(/^\d{1,6}$/, 'write a whole number')
    .transform(Number)
    .pipe(z.number().min(2).max(MOST_POINTS))
    .optional()
    .describe('at most so many values of each series, averaged unless merge says otherwise'),
});

/** The series that this node keeps. */
export const seriesRoutes = ({ series, filtering }: Pick<ApiParts, 'series' | 'filtering'>) => {
  const list = (
    prefix: string,
    { limit = PAGE, after = '' }: { limit?: number | undefined; after?: string | undefined },
  ) => {
    const names = series.beginningWith(prefix, { limit: limit + 1, after });
    const page = names.slice(0, limit);
    const headers = names.length > limit ? nextPage(page.at(-1) ?? '', { limit: String(limit) }) : {};
    return new Reply([...page], { headers });
  };
  return {
    'GET /list/': route({
      access: 'read',
      summary: 'The names of all series of this node, sorted.',
      query: z.strictObject(PAGING),
      answer: z.array(z.string()),
      handle: ({ query }) => list('', query),
    }),
    'GET /list/:prefix*': route({
      access: 'read',
      summary: 'The names of the series of this node that begin so, sorted.',
      params: z.strictObject({ prefix: z.string().max(1_024) }),
      query: z.strictObject(PAGING),
      answer: z.array(z.string()),
      handle: ({ params: { prefix }, query }) => list(prefix, query),
    }),
    'GET /metrics-store': route({
      access: 'read',
      summary: 'How the store of series is: its size, its bounds, and what it refused.',
      answer: SeriesStoreJson,
      handle() {
        const stats = series.stats();
        return {
          series: stats.series,
          max_series: stats.maxSeries,
          points: stats.points,
          refused: jsonObject([...stats.refused], (count) => count),
          waiting: stats.waiting,
          blocks: stats.blocks,
          bytes: stats.bytes,
          max_bytes: stats.maxBytes,
          bad_blocks: stats.badBlocks,
          troubles: jsonObject([...stats.troubles], (text) => text),
        };
      },
    }),
    'GET /metrics-store/names': route({
      access: 'read',
      summary: 'The names of the series of this node that fit a pattern, sorted.',
      query: z.strictObject({
        pattern: z.string().min(1).max(1_024).describe('elements between dots, with *, ?, [a-z] and {a,b}'),
      }),
      answer: z.array(z.string()),
      handle: ({ query }) => [...series.names(query.pattern)],
    }),
    'GET /metrics-store/points': route({
      access: 'read',
      summary: 'The values of series over a time, in the finest detail that goes back so far.',
      query: Asked,
      answer: z.array(SeriesJson),
      async handle({ query }) {
        const now = Math.floor(filtering.clock.wall() / 1_000);
        const range = { from: instantOf(query.from ?? '-1h', now), until: instantOf(query.until ?? '-0s', now) };
        if (range.from >= range.until) throw new OpsbroError('bad_request', 'query from: must be before until');
        const read = await series.read(series.names(query.series), range);
        const merged = query.merge && read.length > 0 ? [mergeSeries(query.series, read, query.merge)] : read;
        return merged.map((each) => seriesJson(fewer(each, query.points, query.merge ?? 'average')));
      },
    }),
  };
};

function instantOf(written: string, now: number): number {
  return written.startsWith('-') ? now - Math.round(parseDuration(written.slice(1)) / 1_000) : Number(written);
}

function fewer(series: SeriesValues, points: number | undefined, method: AggregationMethod): SeriesValues {
  if (points === undefined || series.values.length <= points) return series;
  const wide = (factor: number) => widened(series, series.step * factor, method);
  const factor = Math.ceil(series.values.length / points);
  const fitting = wide(factor);
  // Wide slots begin at multiples of their length, so that one more than that may be needed.
  return fitting.values.length <= points || points === 1
    ? fitting
    : wide(Math.ceil(series.values.length / (points - 1)));
}

const seriesJson = ({ name, first, step, values }: SeriesValues) => ({
  name,
  first,
  step,
  values: Array.from(values, (value) => (Number.isFinite(value) ? value : null)),
});
