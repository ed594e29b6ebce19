/** Times as texts. To make one costs as much as many an answer, so that those of a second are made once. */

const MOST_KEPT = 1_024;

/** What is made of a second, for the seconds that were wanted last. */
function ofSeconds(make: (date: Date) => string): (ms: number) => string {
  const kept = new Map<number, string>();
  return (ms) => {
    const second = Math.floor(ms / 1_000);
    const known = kept.get(second);
    if (known !== undefined) return known;
    const text = make(new Date(ms));
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(second, text);
    return text;
  };
}

/** A time in epoch milliseconds as the heads of answers tell it, to the second. */
export const httpDate = ofSeconds((date) => date.toUTCString());

const untilSecond = ofSeconds((date) => date.toISOString().slice(0, -4));

/** A time in whole epoch milliseconds as `Date.toISOString` tells it. Throws a `RangeError` where there is no such second. */
export const isoTime = (ms: number): string =>
  `${untilSecond(ms)}${String(ms - Math.floor(ms / 1_000) * 1_000).padStart(3, '0')}Z`;
