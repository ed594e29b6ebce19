import type { Pair } from './rates.ts';

/**
 * Makes a function that takes what was seen and when (monotonic milliseconds), and answers with this look and the one before; `undefined`
 * the first time. It is for what has no rates at first instead of waiting for a second look, as `inPairs` does.
 */
export function sinceLast<T>(): (seen: T, at: number) => Pair<T> | undefined {
  let last: { readonly at: number; readonly seen: T } | undefined;
  return (seen, at) => {
    const before = last;
    if (before !== undefined && at <= before.at) return undefined;
    last = { at, seen };
    return before && { before: before.seen, after: seen, seconds: (at - before.at) / 1_000 };
  };
}
