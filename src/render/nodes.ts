import type { Node } from './params.ts';
import { type Expression, parseTarget } from './parse.ts';
import type { RenderSeries } from './series.ts';

/** The innermost path of a name such as `scale(web.cpu,10)`; the name itself when it has none. */
export function innermostPath(name: string): string {
  if (!name.endsWith(')')) return name;
  try {
    return firstPath(parseTarget(name)) ?? name;
  } catch {
    // An alias may look like a call and be none.
    return name;
  }
}

function firstPath(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'path':
      return expression.path;
    case 'template':
      return firstPath(expression.body);
    case 'call':
      return expression.args[0] && firstPath(expression.args[0]);
    case 'literal':
      return undefined;
  }
}

/** Parts of the innermost path by their place, negative from the end, and values of tags by name, joined with dots. */
export function nodeKey(series: RenderSeries, nodes: readonly Node[]): string {
  const path = innermostPath(series.name);
  const parts = (path.split(';', 1)[0] ?? '').split('.');
  return nodes
    .map((node) => (typeof node === 'number' ? parts.at(node) : undefined) ?? series.tags.get(String(node)) ?? '')
    .join('.');
}

/** Series by a key, in the order in which the keys came. */
export function groupedBy(
  all: readonly RenderSeries[],
  key: (series: RenderSeries) => string,
): Map<string, RenderSeries[]> {
  const groups = new Map<string, RenderSeries[]>();
  for (const series of all) {
    const own = key(series);
    const group = groups.get(own);
    if (group) group.push(series);
    else groups.set(own, [series]);
  }
  return groups;
}
