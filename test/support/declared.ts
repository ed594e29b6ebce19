import type { Metrics } from '../../src/model/metrics.ts';
import { standsFor } from '../../src/plugins/key-match.ts';
import type { Collector } from '../../src/plugins/kinds.ts';

/** The paths of a collector's answer that its documentation does not know; but for `**`, which knows everything. */
export function undeclared({ keys }: Collector, tree: Metrics): string[] {
  const told = keys.filter(({ key }) => key !== '**' && key !== '*');
  return pathsIn(tree)
    .filter((path) => !told.some((key) => standsFor(key, path)))
    .map((path) => path.join('.'));
}

function pathsIn(tree: Metrics, above: readonly string[] = []): string[][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? pathsIn(value as Metrics, [...above, key])
      : [[...above, key]],
  );
}
