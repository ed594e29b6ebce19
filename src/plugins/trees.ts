import type { Metrics, Value } from '../model/metrics.ts';

/** The tree without the keys whose value is not known. */
export function known(values: Readonly<Record<string, Value | undefined>>): Metrics {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined));
}
