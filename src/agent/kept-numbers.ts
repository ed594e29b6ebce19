import { collectorSeriesName } from '../metrics/collector-series.ts';
import type { SeriesReader } from '../model/series.ts';
import type { KeptNumbers } from '../runtime/chart-past.ts';

interface Naming {
  readonly escape_hostname: boolean;
  readonly legacy_names: boolean;
}

/** The numbers of the collectors of this node, as its series have them. */
export function keptNumbers(series: Pick<SeriesReader, 'read'>, node: string, naming: Naming): KeptNumbers {
  const prefix = naming.escape_hostname ? node.replaceAll('.', '_') : node;
  const way = naming.legacy_names ? 'as they are' : 'cleaned';
  return {
    async read(paths, range) {
      const names = new Map(paths.map(({ text, segments }) => [text, collectorSeriesName(prefix, segments, way)]));
      const read = await series.read([...new Set(names.values())], range);
      const byName = new Map(read.map((each) => [each.name, each]));
      return new Map(
        [...names].flatMap(([text, name]) => {
          const found = byName.get(name);
          return found ? [[text, found] as const] : [];
        }),
      );
    },
  };
}
