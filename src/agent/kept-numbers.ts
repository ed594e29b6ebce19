import type { Path } from '../expressions/paths.ts';
import { collectorSeriesName, type KeyNaming } from '../metrics/collector-series.ts';
import type { SeriesReader } from '../model/series.ts';
import type { KeptNumbers } from '../runtime/chart-past.ts';

interface Naming {
  readonly escape_hostname: boolean;
  readonly legacy_names: boolean;
}

/** Paths of more segments than these are only tried as they are. */
const MOST_SEGMENTS = 7;

/** The numbers of the collectors of this node, as its series have them. */
export function keptNumbers(series: Pick<SeriesReader, 'read'>, node: string, naming: Naming): KeptNumbers {
  const prefix = naming.escape_hostname ? node.replaceAll('.', '_') : node;
  const way = naming.legacy_names ? 'as they are' : 'cleaned';
  return {
    async read(paths, range) {
      const names = new Map(paths.map((path) => [path.text, namesOf(path, prefix, way)]));
      const read = await series.read([...new Set([...names.values()].flat())], range);
      const byName = new Map(read.map((each) => [each.name, each]));
      return new Map(
        [...names].flatMap(([text, candidates]) => {
          const found = candidates.flatMap((name) => byName.get(name) ?? [])[0];
          return found ? [[text, found] as const] : [];
        }),
      );
    },
  };
}

/** The series that a path may mean, as the keys of a tree may have dots themselves: `eth0.100` is an interface. */
function namesOf({ segments: [collector = '', ...keys] }: Path, prefix: string, naming: KeyNaming): string[] {
  const spellings = keys.length > MOST_SEGMENTS ? [keys] : [...joinings(keys)];
  return spellings.map((spelling) => collectorSeriesName(prefix, [collector, ...spelling], naming));
}

/** Every way to put neighbours together with dots, that of none first. */
function* joinings([first, ...others]: readonly string[]): Generator<string[]> {
  if (first === undefined) yield [];
  else {
    for (const rest of joinings(others)) {
      yield [first, ...rest];
      const [next, ...behind] = rest;
      if (next !== undefined) yield [`${first}.${next}`, ...behind];
    }
  }
}
