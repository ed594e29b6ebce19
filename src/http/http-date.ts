const MOST_KEPT = 1_024;
const kept = new Map<number, string>();

/** A time in epoch milliseconds as heads tell it, to the second. What was told before is told again without being made anew, which costs a lot. */
export function httpDate(ms: number): string {
  const second = Math.floor(ms / 1_000);
  const known = kept.get(second);
  if (known !== undefined) return known;
  const text = new Date(ms).toUTCString();
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(second, text);
  return text;
}
