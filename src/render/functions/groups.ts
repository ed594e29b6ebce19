import { OpsbroError } from '../../base/errors.ts';
import { tagsOf } from '../../model/series-name.ts';
import { aggregated } from '../combining.ts';
import { define, type FunctionTable, type Surroundings } from '../function.ts';
import { groupedBy, nodeKey } from '../nodes.ts';
import { many, optional, p, preset } from '../params.ts';
import type { RenderSeries } from '../series.ts';

/** One series of a group, by a function of series or of rows. */
async function called(
  callback: string,
  group: readonly RenderSeries[],
  call: Surroundings,
): Promise<RenderSeries | undefined> {
  const [series] = (await call.call(callback, [group])) ?? aggregated(group, callback, call.xFilesFactor);
  return series;
}

async function byNodes(
  all: readonly RenderSeries[],
  { callback, nodes }: { readonly callback: string; readonly nodes: readonly (number | string)[] },
  call: Surroundings,
): Promise<readonly RenderSeries[]> {
  const groups = groupedBy(all, (series) => nodeKey(series, nodes));
  const made = await Promise.all(
    Array.from(groups, async ([name, group]) => {
      const series = await called(callback, group, call);
      return series ? [{ ...series, name }] : [];
    }),
  );
  return made.flat();
}

async function byTags(
  all: readonly RenderSeries[],
  { callback, tags }: { readonly callback: string; readonly tags: readonly string[] },
  call: Surroundings,
): Promise<readonly RenderSeries[]> {
  const tagOf = ({ tags: own }: RenderSeries, tag: string) => own.get(tag) ?? '';
  const names = new Set(all.map((series) => tagOf(series, 'name')));
  const [common = callback] = names;
  const shown = names.size === 1 ? common : callback;
  const pairs = tags.filter((tag) => tag !== 'name');
  const keyOf = (series: RenderSeries) => {
    const name = tags.includes('name') ? tagOf(series, 'name') : shown;
    return [name, ...pairs.map((tag) => `${tag}=${tagOf(series, tag)}`).sort()].join(';');
  };
  const made = await Promise.all(
    Array.from(groupedBy(all, keyOf), async ([key, group]) => {
      const series = await called(callback, group, call);
      return series ? [{ ...series, name: key, pathExpression: key, tags: tagsOf(key) }] : [];
    }),
  );
  return made.flat();
}

interface Reducing {
  readonly func: string;
  readonly node: number;
  readonly matchers: readonly string[];
}

async function reduced(
  groups: readonly (readonly RenderSeries[])[],
  { func, node, matchers }: Reducing,
  call: Surroundings,
): Promise<readonly RenderSeries[]> {
  const members = new Map<string, Map<string, RenderSeries>>();
  for (const series of groups.flat()) {
    const parts = series.name.split('.');
    const name = `${parts.slice(0, node).join('.')}.reduce.${func}`;
    const own = parts.at(node) ?? '';
    if (!matchers.includes(own)) continue;
    members.set(name, (members.get(name) ?? new Map()).set(own, series));
  }
  const made = await Promise.all(
    Array.from(members, async ([name, byMatcher]) => {
      const args = matchers.map((matcher) => [byMatcher.get(matcher) ?? []].flat());
      const result = call.call(func, args);
      if (!result) throw new OpsbroError('bad_request', `unknown function: ${func}`);
      return (await result).slice(0, 1).map((series) => ({ ...series, name }));
    }),
  );
  return made.flat();
}

/** Functions over groups of series. */
export const groupFunctions: FunctionTable = {
  groupByNode: define('Combine', 'One series for each part at a place of the paths.', {
    params: { seriesList: p.series(), nodeNum: p.nodeOrTag(), callback: preset(p.callback(), 'average') },
    run: ({ seriesList, nodeNum, callback }, call) => byNodes(seriesList, { callback, nodes: [nodeNum] }, call),
  }),
  groupByNodes: define('Combine', 'One series for all that have the same parts at some places of the paths.', {
    params: { seriesList: p.series(), callback: p.callback(), nodes: many(p.nodeOrTag()) },
    run: ({ seriesList, ...how }, call) => byNodes(seriesList, how, call),
  }),
  groupByTags: define('Combine', 'One series for all that have the same values of some tags.', {
    params: { seriesList: p.series(), callback: p.callback(), tags: many(p.tag()) },
    run: ({ seriesList, ...how }, call) => byTags(seriesList, how, call),
  }),
  mapSeries: define('Combine', 'Groups series by parts of their paths, for reduceSeries.', {
    params: { seriesList: p.series(), mapNodes: many(p.nodeOrTag()) },
    run: ({ seriesList, mapNodes }) => [...groupedBy(seriesList, (series) => nodeKey(series, mapNodes)).values()],
  }),
  reduceSeries: define('Combine', 'Calls a function with the members of each group that have these names.', {
    params: {
      seriesLists: p.groups(),
      reduceFunction: p.callback(),
      reduceNode: p.node(),
      reduceMatchers: many(p.text()),
    },
    run: ({ seriesLists, reduceFunction: func, reduceNode: node, reduceMatchers: matchers }, call) =>
      reduced(seriesLists, { func, node, matchers }, call),
  }),
  applyByNode: define('Combine', 'Evaluates a target for each beginning of the paths, which stands for its %.', {
    params: { seriesList: p.series(), nodeNum: p.node(), templateFunction: p.text(), newName: optional(p.text()) },
    async run({ seriesList, nodeNum, templateFunction, newName }, call) {
      const prefixes = seriesList.map(({ name }) =>
        name
          .split('.')
          .slice(0, nodeNum + 1)
          .join('.'),
      );
      const made: RenderSeries[] = [];
      for (const prefix of [...new Set(prefixes)].sort()) {
        for (const series of await call.evaluate(templateFunction.replaceAll('%', prefix))) {
          const name = newName?.replaceAll('%', prefix) ?? series.name;
          made.push({ ...series, name, pathExpression: prefix });
        }
      }
      return made;
    },
  }),
};
