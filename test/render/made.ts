import { seeded } from '../../src/base/random.ts';
import type { Annotation } from '../../src/model/annotation.ts';
import type { SeriesValues } from '../../src/model/series.ts';
import { type RenderRequest, render } from '../../src/render/evaluate.ts';
import type { RenderSeries } from '../../src/render/series.ts';
import type { SeriesSource } from '../../src/render/source.ts';

/** Values with `null` for none. */
export type Values = readonly (number | null)[];

/** A stored series that begins at 0, a value each minute, unless told otherwise. */
export const stored = (name: string, values: Values, { first = 0, step = 60 } = {}): SeriesValues => ({
  name,
  first,
  step,
  values: Float64Array.from(values, (value) => value ?? Number.NaN),
});

/** The names of a table that fit a path with `*` and `{a,b}`. */
function fitting(names: readonly string[], path: string): readonly string[] {
  const escaped = path.replace(/[.+^$()|]/g, '\\$&').replace(/\*/g, '[^.]*');
  const pattern = escaped.replace(/\{([^}]*)\}/g, (_, choices: string) => `(?:${choices.replaceAll(',', '|')})`);
  return names.filter((name) => new RegExp(`^${pattern}$`).test(name));
}

/** A source that has these series, whatever the time, or of the time when `isCut`; it notes what it was asked. */
export function sourceOf(
  all: readonly SeriesValues[],
  { isCut = false, annotations = [] as readonly Annotation[] } = {},
): SeriesSource & { readonly asked: string[] } {
  const asked: string[] = [];
  const cut = ({ name, first, step, values }: SeriesValues, from: number, until: number): SeriesValues => {
    const start = Math.floor(from / step) * step + step;
    const end = Math.floor(until / step) * step + step;
    const length = Math.max(0, (end - start) / step);
    const slots = Float64Array.from({ length }, (_, at) => values[(start - first) / step + at] ?? Number.NaN);
    return { name, first: start, step, values: slots };
  };
  return {
    asked,
    async fetch(selections, { from, until }) {
      asked.push(
        `${from} ${until} ${selections.map((each) => (each.kind === 'path' ? each.pattern : each.expressions.join('&'))).join(' ')}`,
      );
      return selections.map((each) => {
        const names = all.map(({ name }) => name).sort();
        const wanted = each.kind === 'path' ? fitting(names, each.pattern) : names.filter((name) => name.includes(';'));
        return wanted
          .flatMap((name) => all.filter((one) => one.name === name))
          .map((one) => (isCut ? cut(one, from, until) : one));
      });
    },
    annotations: async () => annotations,
  };
}

/** What a request shows that says nothing else. */
export const REQUEST: Omit<RenderRequest, 'targets'> = {
  range: { from: 0, until: 600 },
  now: 600,
  timeZone: 'UTC',
  xFilesFactor: 0,
  variables: new Map(),
};

/** The series of targets. */
export const shown = (
  targets: string | readonly string[],
  source: SeriesSource,
  more: Partial<RenderRequest> = {},
): Promise<readonly RenderSeries[]> =>
  render({ ...REQUEST, targets: [targets].flat(), ...more }, { source, random: seeded(1) });

/** Values with nine digits, `null` for none. */
export const plain = ({ values }: Pick<RenderSeries, 'values'>): Values =>
  Array.from(values, (value) => (Number.isFinite(value) ? Number(value.toPrecision(9)) : null));
