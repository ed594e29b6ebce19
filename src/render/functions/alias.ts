import { OpsbroError } from '../../base/errors.ts';
import { define, type FunctionTable, type Surroundings } from '../function.ts';
import { nodeKey } from '../nodes.ts';
import { many, optional, p, preset } from '../params.ts';
import { ROW_FUNCTIONS, rows } from '../rows.ts';
import type { RenderSeries } from '../series.ts';
import { scaledText, type UnitSystem } from '../unit-text.ts';

/** Only shown under another name: later functions still see the path. */
const shownAs = (series: RenderSeries, name: string): RenderSeries => ({ ...series, name });

/** The dot parts of the path in a name, from one place to another; 0 as `stop` is the end. */
function pathParts(name: string, start: number, stop: number): string {
  const left = name.lastIndexOf('(') + 1;
  const right = name.indexOf(')');
  const parts = name.slice(left, right < 0 ? undefined : right).split('.');
  return (stop === 0 ? parts.slice(start) : parts.slice(start, stop)).join('.').replace(/,.*$/s, '');
}

const byNode = (description: string) =>
  define('Alias', description, {
    params: { seriesList: p.series(), nodes: many(p.nodeOrTag()) },
    run: ({ seriesList, nodes }) => seriesList.map((series) => shownAs(series, nodeKey(series, nodes))),
  });

const inCase = (description: string, change: (text: string) => string) =>
  define('Alias', description, {
    params: { seriesList: p.series(), positions: optional(many(p.integer())) },
    run: ({ seriesList, positions = [] }) =>
      seriesList.map((series) => {
        const places = new Set(positions.map((at) => (at < 0 ? series.name.length + at : at)));
        const name = [...series.name].map((sign, at) => (places.size === 0 || places.has(at) ? change(sign) : sign));
        return shownAs(series, name.join(''));
      }),
  });

async function queried(
  series: RenderSeries,
  { search, replace, newName }: { readonly search: string; readonly replace: string; readonly newName: string },
  call: Surroundings,
): Promise<RenderSeries> {
  const query = (await call.patterns(search)).replace(series.name, replace);
  const [found] = await call.evaluate(query);
  const current = found ? rows.last(found.values) : Number.NaN;
  if (Number.isNaN(current)) throw new OpsbroError('bad_request', `aliasQuery: "${query}" has no value`);
  const shown = newName.replace(/%(?:\.(\d{1,2}))?([dfgs])/, (_, digits: string | undefined, kind: string) => {
    if (kind === 'd') return String(Math.trunc(current));
    return kind === 'f' ? current.toFixed(Number(digits ?? 6)) : String(current);
  });
  return shownAs(series, shown);
}

const SYSTEMS = ['si', 'binary'] as const;
const isSystem = (text: string | undefined): text is UnitSystem => text === 'si' || text === 'binary';

function legendText(name: string, values: Float64Array, kinds: readonly string[]): string {
  const system = kinds.at(-1);
  const wanted = isSystem(system) ? kinds.slice(0, -1) : kinds;
  return wanted.reduce((text, kind) => {
    const value = ROW_FUNCTIONS.get(kind)?.(values);
    const plain = value === undefined ? '(?)' : Number.isNaN(value) ? 'None' : String(value);
    if (!isSystem(system)) return `${text} (${kind}: ${plain})`;
    const scaled = value === undefined || Number.isNaN(value) ? plain : scaledText(value, system);
    return text.padEnd(20) + kind.padEnd(5) + scaled.padEnd(10);
  }, name);
}

/** Other names for series. */
export const aliasFunctions: FunctionTable = {
  alias: define('Alias', 'Shows the series under this name.', {
    params: { seriesList: p.series(), newName: p.text() },
    run: ({ seriesList, newName }) => seriesList.map((series) => shownAs(series, newName)),
  }),
  aliasByNode: byNode('Shows the series under parts of their paths.'),
  aliasByTags: byNode('Shows the series under values of their tags, or parts of their paths.'),
  aliasByMetric: define('Alias', 'Shows the series under the last part of their paths.', {
    params: { seriesList: p.series() },
    run: ({ seriesList }) => seriesList.map((series) => shownAs(series, pathParts(series.name, -1, 0))),
  }),
  aliasSub: define('Alias', 'Replaces in the names what fits a regular expression.', {
    params: { seriesList: p.series(), search: p.text(), replace: p.text() },
    async run({ seriesList, search, replace }, { patterns }) {
      const pattern = await patterns(search);
      return seriesList.map((series) => shownAs(series, pattern.replace(series.name, replace)));
    },
  }),
  aliasQuery: define('Alias', 'Puts the last value of another query into the names.', {
    params: { seriesList: p.series(), search: p.text(), replace: p.text(), newName: p.text() },
    run: ({ seriesList, ...wanted }, call) => Promise.all(seriesList.map((series) => queried(series, wanted, call))),
  }),
  substr: define('Special', 'Shows the series under some of the parts of their paths.', {
    params: { seriesList: p.series(), start: preset(p.integer(), 0), stop: preset(p.integer(), 0) },
    run: ({ seriesList, start, stop }) =>
      seriesList.map((series) => shownAs(series, pathParts(series.name, start, stop))),
  }),
  upper: inCase('Shows the names, or single characters of them, in capitals.', (text) => text.toUpperCase()),
  lower: inCase('Shows the names, or single characters of them, in small letters.', (text) => text.toLowerCase()),
  legendValue: define('Alias', 'Adds a value of the series to their names.', {
    params: { seriesList: p.series(), valueTypes: many(p.text()) },
    run: ({ seriesList, valueTypes }) =>
      seriesList.map((series) => shownAs(series, legendText(series.name, series.values, valueTypes))),
  }),
  cactiStyle: define('Special', 'Adds the last, highest and lowest value to the names, in columns.', {
    params: { seriesList: p.series(), system: optional(p.choice(SYSTEMS)), units: optional(p.text()) },
    run({ seriesList, system, units }) {
      const unit = units === undefined ? '' : ` ${units}`;
      const shown = (value: number) =>
        Number.isNaN(value) ? 'nan' : system ? scaledText(value, system, units) : `${value.toFixed(2)}${unit}`;
      const columns = [rows.last, rows.max, rows.min].map((of) => {
        const texts = seriesList.map(({ values }) => shown(of(values)));
        const widths = seriesList.map(({ values }) => shown(Math.trunc(of(values) || 3)).length);
        return { texts, width: Math.max(0, ...widths) + 3 };
      });
      const nameWidth = Math.max(0, ...seriesList.map(({ name }) => name.length));
      const cell = (column: number, at: number) => {
        const { texts = [], width = 0 } = columns[column] ?? {};
        return (texts[at] ?? '').padEnd(width);
      };
      return seriesList.map((series, at) => {
        const values = `Current:${cell(0, at)} Max:${cell(1, at)} Min:${cell(2, at)} `;
        return shownAs(series, `${series.name.padEnd(nameWidth)} ${values}`);
      });
    },
  }),
};
