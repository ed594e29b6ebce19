import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import { fitted } from '../../render/consolidating.ts';
import type { RenderRequest } from '../../render/evaluate.ts';
import { csvOf, rawOf } from '../../render/formats.ts';
import { jsonOf } from '../../render/json.ts';
import { msgpackOf } from '../../render/msgpack.ts';
import type { RenderSeries } from '../../render/series.ts';
import { parseTime } from '../../render/times.ts';
import { localTime } from '../../render/zoned-time.ts';
import { type CommonFields, field, graphiteReply, missingHeader, numberIn, scopeOf } from '../graphite-fields.ts';
import { question } from '../graphite-route.ts';
import type { ApiParts } from '../parts.ts';
import { Reply } from '../route.ts';
import type { RenderPart } from '../series-view.ts';

const PLAIN = 'text/plain; charset=utf-8';
const FORMATS = ['json', 'csv', 'raw', 'msgpack', 'svg'];
/** Pixels. */
const USUAL_SIZE = { width: 600, height: 300 };
const MOST_SIZE = 4_000;
const MOST_TARGETS = 500;

const FIELDS = {
  target: field.texts().describe('what to show: a path, or functions of paths'),
  from: field.text().describe('-24h when left out'),
  until: field.text().describe('now when left out'),
  now: field.text().describe('what relative times are read against'),
  tz: field.text().describe('time zone, such as Europe/Berlin'),
  format: field.text().describe('json, csv, raw, msgpack or svg'),
  width: field.text().describe('pixels of a picture, 600 when left out'),
  height: field.text().describe('pixels of a picture, 300 when left out'),
  maxDataPoints: field.text().describe('at most so many values of each series'),
  noNullPoints: field.flag().describe('leave out what has no value'),
  xFilesFactor: field.text().describe('the part of the values, 0 to 1, that must be there for several to become one'),
};

const Rendered = z.array(
  z.object({
    target: z.string(),
    tags: z.record(z.string(), z.string()),
    datapoints: z.array(z.tuple([z.number().nullable(), z.number()])),
  }),
);

type Fields = CommonFields & {
  readonly [Name in keyof typeof FIELDS]?: Name extends 'target'
    ? string[] | undefined
    : Name extends 'noNullPoints'
      ? boolean | undefined
      : string | undefined;
};

/** Charts: the values of series over a time, through functions. */
export const renderRoutes = ({ render: part }: Pick<ApiParts, 'render'>) => {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return question('/render', {
    summary: "Series through functions of Graphite's target language, of all nodes of the zone.",
    fields: FIELDS,
    answer: Rendered,
    handle: (fields) => rendered(fields as Fields, part, zone),
  });
};

async function rendered(fields: Fields, part: RenderPart, ownZone: string): Promise<Reply<Uint8Array | string>> {
  const format = fields.format?.toLowerCase() || 'json';
  if (!FORMATS.includes(format))
    throw new OpsbroError('bad_request', `format not supported: ${format.slice(0, 20)}; use ${FORMATS.join(', ')}`);
  const request = requestOf(fields, part, ownZone);
  const view = part.view(scopeOf(fields));
  // Nobody may ever ask for a chart.
  const { render } = await import('../../render/evaluate.ts');
  const series = await render(request, { source: view, random: part.random });
  if (format === 'csv') return plain(csvOf(series, request.timeZone), 'text/csv; charset=utf-8', view.missing);
  if (format === 'msgpack') return plain(msgpackOf(series), 'application/x-msgpack', view.missing);
  if (format === 'raw') return plain(rawOf(series), PLAIN, view.missing);
  if (format === 'svg') return await picture(series, fields, request.timeZone, view.missing);
  const json = jsonOf(fewer(series, fields), { isDense: fields.noNullPoints ?? false });
  return graphiteReply(json, fields, view.missing);
}

async function picture(
  series: readonly RenderSeries[],
  fields: Fields,
  timeZone: string,
  missing: Iterable<string>,
): Promise<Reply<string>> {
  const { svgOf } = await import('../../render/svg.ts');
  const size = (name: 'width' | 'height') => Math.min(MOST_SIZE, numberIn(fields[name], name, 100) ?? USUAL_SIZE[name]);
  const text = svgOf(series, { width: size('width'), height: size('height'), timeZone });
  return plain(text, 'image/svg+xml; charset=utf-8', missing);
}

const plain = <Body extends string | Uint8Array>(body: Body, type: string, missing: Iterable<string>): Reply<Body> =>
  new Reply<Body>(body, { headers: { 'content-type': type, ...missingHeader([...missing].sort()) } });

function fewer(series: readonly RenderSeries[], { maxDataPoints }: Fields): readonly RenderSeries[] {
  const most = numberIn(maxDataPoints, 'maxDataPoints', 1);
  return most === undefined || series.length === 0 ? series : fitted(series, most);
}

function requestOf(fields: Fields, { wall }: RenderPart, ownZone: string): RenderRequest {
  const targets = (fields.target ?? []).filter((target) => target.trim() !== '');
  if (targets.length === 0) throw new OpsbroError('bad_request', 'missing target');
  if (targets.length > MOST_TARGETS) throw new OpsbroError('bad_request', `more than ${MOST_TARGETS} targets`);
  const timeZone = fields.tz || ownZone;
  const clock = { now: Math.floor(wall() / 1_000), timeZone };
  // Also when no time has to be read, a zone that is none is told of.
  localTime(clock.now, timeZone);
  const now = fields.now ? parseTime(fields.now, clock) : clock.now;
  const range = {
    from: parseTime(fields.from || '-24h', { now, timeZone }),
    until: parseTime(fields.until || 'now', { now, timeZone }),
  };
  if (range.from >= range.until) throw new OpsbroError('bad_request', 'from must be before until');
  return { targets, range, now, timeZone, xFilesFactor: factorIn(fields.xFilesFactor), variables: variablesIn(fields) };
}

function factorIn(written: string | undefined): number {
  const factor = written ? Number(written) : 0;
  if (factor >= 0 && factor <= 1) return factor;
  throw new OpsbroError('bad_request', 'xFilesFactor: expected a number from 0 to 1');
}

/** `template[name]=value`. */
function variablesIn(fields: Fields): ReadonlyMap<string, string> {
  const pairs = Object.entries(fields).flatMap(([key, value]) => {
    const name = /^template\[(\w{1,64})\]$/.exec(key)?.[1];
    return name !== undefined && typeof value === 'string' ? [[name, value] as const] : [];
  });
  return new Map(pairs);
}
