import type { Clock } from '../base/clock.ts';
import type { Reading } from '../expressions/contract.ts';
import type { Path } from '../expressions/paths.ts';
import type { Evaluated } from '../model/expression.ts';
import type { SeriesValues, TimeRange } from '../model/series.ts';

/** What is kept of the numbers of collectors. */
export interface KeptNumbers {
  /** The series of these paths, by the text of the path; those that are not kept are left out. */
  read(paths: readonly Path[], range: TimeRange): Promise<ReadonlyMap<string, SeriesValues>>;
}

/** How much of the past is wanted: so many values, so many seconds apart, the last one now. */
export interface Wanted {
  readonly points: number;
  readonly step: number;
}

/** An expression over numbers of collectors alone, which therefore can be asked of any time that these were kept of. */
export interface Askable {
  readonly paths: readonly Path[];
  /** Its value when the collectors say this. */
  at(collector: (path: Path) => Reading): Evaluated;
}

/** A number that is older than this does not count for a moment, however seldom its collector runs. */
const MAX_AGE_S = 90;

/** The values that an expression had in the past, oldest first; `undefined` when none of what it reads is kept. */
export async function pastOf(
  askable: Askable,
  wanted: Wanted,
  { kept, clock }: { readonly kept: KeptNumbers; readonly clock: Clock },
): Promise<readonly (number | null)[] | undefined> {
  const now = Math.floor(clock.wall() / 1_000);
  const first = now - wanted.points * wanted.step;
  const series = await kept.read(askable.paths, { from: first - MAX_AGE_S, until: now });
  if (series.size === 0) return undefined;
  return Array.from({ length: wanted.points }, (_, at) => {
    const until = first + (at + 1) * wanted.step;
    return numberOf(askable.at((path) => readingAt(series.get(path.text), until)));
  });
}

/** The last number that was kept up to a moment. */
function readingAt(series: SeriesValues | undefined, until: number): Reading {
  if (series) {
    const last = Math.min(series.values.length - 1, Math.floor((until - series.first) / series.step));
    const least = Math.max(0, last - Math.ceil(MAX_AGE_S / series.step));
    for (let at = last; at >= least; at--) {
      const value = series.values[at];
      if (value !== undefined && Number.isFinite(value)) return { found: true, value };
    }
  }
  return { found: false, reason: 'nothing was kept' };
}

/** The number that an expression gave; bools are 1 and 0, everything else is none. */
export function numberOf(outcome: Evaluated): number | null {
  if (outcome.type !== 'value') return null;
  const { value } = outcome;
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
