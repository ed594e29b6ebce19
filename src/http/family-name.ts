import type { KeyDoc } from '../plugins/kinds.ts';

/** The name of a measured thing for Prometheus, and what its values are to be multiplied with, as times are told in seconds. */
export interface FamilyName {
  readonly name: string;
  readonly factor: number;
}

const MILLISECONDS = 'ms';
/** Units that belong at the end of a name. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ['bytes', 'bytes'],
  ['s', 'seconds'],
  [MILLISECONDS, 'seconds'],
]);
/** Words that Prometheus takes for units, wherever they stand. */
const ABBREVIATION = /^(?:s|ms|us|ns|sec|[kmgtp]?b|m|h|d)$/i;
/** Endings that say something of a kind, and what stands for them where a value is not of that kind. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ['total', 'all'],
  ['count', 'number'],
  ['sum', 'added'],
  ['bucket', 'part'],
]);

/** Names a value by its path, by the conventions of Prometheus: units written out and at the end, `_total` for counters and only for these. */
export function familyName(path: readonly string[], doc: Pick<KeyDoc, 'kind' | 'unit'> | undefined): FamilyName {
  const written = path.flatMap((part) => cleaned(part).split('_')).filter((word) => word !== '');
  const isMilliseconds = doc?.unit === MILLISECONDS || written.includes(MILLISECONDS);
  const unit = isMilliseconds ? 'seconds' : UNITS.get(doc?.unit ?? '');
  const words = written
    .map((word, at) => (word === 's' && written[at - 1] === 'per' ? 'second' : word))
    .filter((word) => word !== MILLISECONDS);
  // Our own names say `uptime_s`.
  if (unit === 'seconds' && words.at(-1) === 's') words.pop();
  if (unit !== undefined && words.at(-1) !== unit) words.push(unit);
  const isCounter = doc?.kind === 'cumulative';
  const last = words.at(-1) ?? '';
  if (isCounter && last !== 'total') words.push('total');
  if (!isCounter && ENDINGS.has(last)) words.splice(-1, 1, ENDINGS.get(last) ?? '');
  return { name: joined(['opsbro', ...words]), factor: isMilliseconds ? 0.001 : 1 };
}

/** Words that would be taken for units stick to those before them. */
const joined = (words: readonly string[]): string =>
  words.reduce((name, word) => (ABBREVIATION.test(word) ? name + word.toLowerCase() : `${name}_${word}`));

const cleaned = (part: string): string =>
  part
    .replaceAll('%', 'pct_')
    .replace(/\/s$/, '_per_second')
    .replace(/[^a-zA-Z0-9]+/g, '_');
