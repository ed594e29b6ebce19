import { type Clock, every } from '../base/clock.ts';
import type { Family, Sample } from '../http/exposition.ts';

interface Setting {
  readonly clock: Clock;
  /** The first elements of the names, with a dot at the end, as of `selfPrefix`. */
  readonly prefix: string;
  /** What the agent counts of itself at this moment. */
  families(): Iterable<Family>;
  /** Takes a point; `time` is in epoch seconds. */
  put(name: string, value: number, time: number): void;
}

const EACH_MS = 10_000;
const FOREIGN = /[^a-zA-Z0-9_.:/-]/g;

/** What the names of the series begin with that a node has of its agent. */
export const selfPrefix = (node: string, { isEscaped }: { readonly isEscaped: boolean }): string =>
  `opsbro.${isEscaped ? node.replaceAll('.', '_') : node}.`;

/** Keeps what the agent counts of itself as series, a point every ten seconds, until disposed of. */
export function keepSelfSeries({ clock, prefix, families, put }: Setting): Disposable {
  return every(clock, EACH_MS, () => {
    const time = Math.floor(clock.wall() / EACH_MS) * (EACH_MS / 1_000);
    for (const family of families()) {
      for (const sample of family.samples) {
        // Of a histogram the sum and the number are enough; a series for each limit would be too many.
        if (sample.suffix !== '_bucket') put(prefix + seriesName(family.name, sample), sample.value, time);
      }
    }
  });
}

/** `opsbro_dns_seconds` with `_count` is `dns.seconds_count`: a name that ended with `.count` would be summed up when it becomes coarse. */
function seriesName(family: string, { labels = {}, suffix }: Sample): string {
  const tags = Object.entries(labels).map(([name, value]) => `;${name}=${value.replace(FOREIGN, '_') || 'none'}`);
  return [family.replace(/^opsbro_/, '').replaceAll('_', '.'), suffix ?? '', ...tags.sort()].join('');
}
