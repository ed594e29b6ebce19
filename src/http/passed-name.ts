/** Words by which Prometheus would think of a unit that it wants written otherwise, or of a type. */
const ABBREVIATION = /^(?:s|ms|us|ns|sec|[kmgtp]?b|m|h|d)$/i;
const OTHER_UNITS: ReadonlySet<string> = new Set([
  ...['minutes', 'hours', 'days', 'weeks', 'kelvins', 'fahrenheit', 'rankine', 'inches', 'yards', 'miles', 'bits'],
  ...['calories', 'pounds', 'ounces', 'counter', 'gauge', 'histogram', 'summary'],
]);
const UNITS: ReadonlySet<string> = new Set([
  ...['amperes', 'bytes', 'bits', 'celsius', 'grams', 'joules', 'kelvin', 'meters', 'metres', 'seconds', 'volts'],
  ...OTHER_UNITS,
]);
const SCALE = /^(?:pico|nano|micro|milli|centi|deci|deca|hecto|kilo|kibi|mega|mebi|mibi|giga|gibi|tera|tebi|peta|pebi)/;
/** Endings that belong to counters, histograms and summaries. */
const SUMS = /_(?:total|count|sum|bucket)$/;

/**
 * The name of a series that somebody else named, such that Prometheus reads no more into it than is meant: words that it would take for a
 * unit or a type stick to those beside them (`wait_ms` is `waitms`), `per_s` is `per_second`, `cartTime` is `cart_time`.
 */
export function passedName(name: string): string {
  const parts = snaked(name).replaceAll(':', '_').split('_');
  const words: string[] = [];
  for (const [at, part] of parts.entries()) {
    words.push(part === 's' && parts[at - 1] === 'per' ? 'second' : part);
    while (words.length > 1 && misleads(words.at(-1))) words.push(words.splice(-2).join(''));
  }
  const [first = '', second] = words;
  const isFirstUnit = second !== undefined && misleads(first) && !ABBREVIATION.test(first);
  return isFirstUnit ? [first + second, ...words.slice(2)].join('_') : words.join('_');
}

/** Whether a name ends as only those of counters, histograms and summaries do. */
export const endsLikeSums = (name: string): boolean => SUMS.test(name);

/** A name of a label or a series without capitals behind small letters. */
export const snaked = (name: string): string =>
  name.replace(/([a-z])([A-Z])/g, (_, before: string, letter: string) => `${before}_${letter.toLowerCase()}`);

function misleads(word = ''): boolean {
  const lower = word.toLowerCase();
  return (
    ABBREVIATION.test(word) || OTHER_UNITS.has(lower) || (SCALE.test(lower) && UNITS.has(lower.replace(SCALE, '')))
  );
}
