const DAY_MS = 86_400_000;

/** The next local midnight after an instant, both in epoch milliseconds; a day may have 23 or 25 hours. */
export function midnightAfter(at: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
}

/** Whole days from one day to a later one, both as `YYYY-MM-DD`. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
