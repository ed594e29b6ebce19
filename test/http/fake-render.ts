import type { RenderPart } from '../../src/http/series-view.ts';
import { Names } from '../../src/metrics/names.ts';
import { countTags, parseTagQuery, taggedNames } from '../../src/metrics/tag-query.ts';
import type { Annotation } from '../../src/model/annotation.ts';
import type { FoundPath, SeriesValues } from '../../src/model/series.ts';

const NOW = 1_700_000_000;

/** A value each ten seconds since a day ago, which counts them. */
function counting(name: string, { from, until }: { readonly from: number; readonly until: number }): SeriesValues {
  const first = Math.floor(from / 10) * 10 + 10;
  const length = Math.max(1, Math.floor(until / 10) + 1 - first / 10);
  return { name, first, step: 10, values: Float64Array.from({ length }, (_, at) => at) };
}

/** Charts of made-up series at 1,700,000,000 s; `missing` nodes do not answer. */
export function fakeRender({
  names: all = [
    'one.cpu.user',
    'one.cpu.system',
    'one.cpu',
    'two.cpu.user',
    'reqs;az=1;env=prod',
    'reqs;az=2;env=test',
  ],
  missing = [] as readonly string[],
} = {}): RenderPart & { readonly scopes: string[]; readonly removed: string[] } {
  const names = new Names();
  for (const name of all) names.add(name);
  const annotations: Annotation[] = [];
  const scopes: string[] = [];
  const removed: string[] = [];
  const find = async (pattern: string): Promise<readonly FoundPath[]> => names.find(pattern);
  return {
    scopes,
    removed,
    view(scope) {
      scopes.push(scope.kind === 'node' ? scope.name : scope.kind);
      return {
        missing: new Set(missing),
        find,
        names: async () => [...all].sort(),
        tagged: async (expressions) => taggedNames(all, await parseTagQuery(expressions)),
        tagValues: async (tag) => countTags(all, tag),
        remove: async (gone) => removed.push(...gone),
        fetch: async (selections, range) =>
          Promise.all(
            selections.map(async (each) => {
              const found =
                each.kind === 'path'
                  ? names.matching(each.pattern)
                  : taggedNames(all, await parseTagQuery(each.expressions));
              return found.map((name) => counting(name, range));
            }),
          ),
        annotations: async ({ from = 0, until = NOW }) =>
          annotations.filter(({ when }) => when >= from && when <= until),
      };
    },
    annotations: {
      add({ what, when = NOW, tags = [], data = '' }) {
        annotations.push({ id: annotations.length + 1, what, when, tags, data });
        return annotations.length;
      },
      get: async (id) => annotations[id - 1],
    },
    wall: () => NOW * 1_000,
    random: () => 0.5,
  };
}
