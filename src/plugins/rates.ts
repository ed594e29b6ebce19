import { type Clock, delay } from '../base/clock.ts';
import { toRate } from '../base/numbers.ts';
import type { Host } from '../net/host.ts';

/** How many bits a counter has before it starts again at 0; 64 stands for "never does". */
export type Width = 32 | 64;

/** Two looks at the same thing and the seconds of real time between them. */
export interface Pair<T> {
  readonly before: T;
  readonly after: T;
  readonly seconds: number;
}

interface Look<T> {
  readonly at: number;
  readonly seen: T;
}

const LEAST_MS = 1_000;

/**
 * Makes a function that looks again each time it is called and answers with the last two looks. The first time it looks twice, a second
 * apart; a look that comes sooner than a second after the last waits for the rest of it, as rates over less are noise.
 */
export function inPairs<T>(
  look: (host: Host, signal: AbortSignal) => Promise<T>,
): (host: Host, signal: AbortSignal) => Promise<Pair<T>> {
  let last: Look<T> | undefined;
  const lookNow = async (host: Host, signal: AbortSignal) => {
    signal.throwIfAborted();
    const seen = await look(host, signal);
    return { at: host.clock.now(), seen };
  };
  return async (host, signal) => {
    const before = last ?? (await lookNow(host, signal));
    const wait = before.at + LEAST_MS - host.clock.now();
    if (wait > 0) await delay(host.clock, wait, signal);
    const after = await lookNow(host, signal);
    last = after;
    return { before: before.seen, after: after.seen, seconds: (after.at - before.at) / 1_000 };
  };
}

/**
 * Makes a function that is told of each look and answers with that one and the one before it: `undefined` the first time. It is for
 * services, which are not asked twice for the sake of rates. A look that comes sooner than a second after the last is set against the one
 * before that, as rates over less are noise; one of something that began anew meanwhile is a first look again.
 */
export function sinceLast<T>(
  isSame: (before: T, after: T) => boolean = () => true,
): (clock: Clock, seen: T) => Pair<T> | undefined {
  let earlier: Look<T> | undefined;
  let last: Look<T> | undefined;
  return (clock, seen) => {
    const at = clock.now();
    if (last && !isSame(last.seen, seen)) [earlier, last] = [undefined, undefined];
    const isSoon = last !== undefined && at - last.at < LEAST_MS;
    if (!isSoon) {
      earlier = last;
      last = { at, seen };
    }
    return earlier && { before: earlier.seen, after: seen, seconds: (at - earlier.at) / 1_000 };
  };
}

/**
 * How far a counter went. One of 32 bits that is smaller than before has started again; any other smaller one was reset, and it is unknown
 * how far it went. `undefined` when it is unknown.
 */
export function advance(before: number | undefined, after: number | undefined, width: Width = 64): number | undefined {
  if (before === undefined || after === undefined) return undefined;
  if (after >= before) return after - before;
  const unwrapped = after + 2 ** 32 - before;
  return width === 32 && before < 2 ** 32 && unwrapped < 2 ** 31 ? unwrapped : undefined;
}

/** How much a counter went per second, not rounded; `undefined` when it is unknown. */
export function rateOf(
  { before, after, seconds }: Pair<ReadonlyMap<string, number>>,
  name: string,
): number | undefined {
  const went = advance(before.get(name), after.get(name));
  return went === undefined ? undefined : went / seconds;
}

/** The rates per second of those counters that are in both looks, under `<name>/s`. */
export function ratesOf(pair: Pair<ReadonlyMap<string, number>>, names: Iterable<string>): Record<string, number> {
  const rates: [string, number][] = [];
  for (const name of names) {
    const rate = rateOf(pair, name);
    if (rate !== undefined) rates.push([`${name}/s`, toRate(rate)]);
  }
  return Object.fromEntries(rates);
}
