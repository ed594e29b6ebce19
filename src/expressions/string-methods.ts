import { isIn } from './comparison.ts';
import { fault } from './fault.ts';
import { checkElements, checkTextSize, type Meter } from './limits.ts';
import { itemsOf, numberOf, Tuple, typeName, type Value } from './values.ts';

type StringMethod = (text: string, given: Given) => Value;

/** The arguments of a method, checked as they are taken. */
export class Given {
  readonly name: string;
  readonly #values: readonly Value[];
  readonly meter: Meter;

  constructor(name: string, values: readonly Value[], meter: Meter) {
    this.name = name;
    this.#values = values;
    this.meter = meter;
  }

  get count(): number {
    return this.#values.length;
  }

  value(place: number): Value {
    const value = this.#values[place];
    if (value === undefined)
      throw fault('FUNCTION', `${this.name}() needs ${place + 1} argument${place > 0 ? 's' : ''}`);
    return value;
  }

  text(place: number): string {
    const value = this.value(place);
    if (typeof value !== 'string') throw fault('TYPE', `${this.name}() needs a string, got ${typeName(value)}`);
    return value;
  }

  /** The text at `place`; `undefined` when it is None or not given. */
  optionalText(place: number): string | undefined {
    return place >= this.count || this.#values[place] === null ? undefined : this.text(place);
  }

  whole(place: number, preset: number): number {
    if (place >= this.count) return preset;
    const number = numberOf(this.value(place));
    if (number === undefined || !Number.isInteger(number)) throw fault('TYPE', `${this.name}() needs a whole number`);
    return number;
  }
}

const upper: StringMethod = (text) => text.toUpperCase();
const lower: StringMethod = (text) => text.toLowerCase();
const title: StringMethod = (text) =>
  text.replace(/\p{L}+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());
const isdigit: StringMethod = (text) => /^\p{Nd}+$/u.test(text);

/** Without the given characters, or blanks, at its ends. */
function trimmed(text: string, chars: string | undefined, ends: 'both' | 'left' | 'right'): string {
  if (chars === undefined) return { both: text.trim(), left: text.trimStart(), right: text.trimEnd() }[ends];
  const all = Array.from(text);
  const unwanted = new Set(chars);
  let [start, end] = [0, all.length];
  if (ends !== 'right') while (start < end && unwanted.has(all[start] ?? '')) start++;
  if (ends !== 'left') while (end > start && unwanted.has(all[end - 1] ?? '')) end--;
  return all.slice(start, end).join('');
}

const split: StringMethod = (text, given) => {
  const separator = given.optionalText(0);
  const most = limitOf(given);
  if (separator === undefined) return words(text, most);
  const parts = pieces(text, separator, given.meter);
  if (parts.length <= most + 1) return parts;
  return [...parts.slice(0, most), parts.slice(most).join(separator)];
};

const rsplit: StringMethod = (text, given) => {
  const separator = given.optionalText(0);
  const most = limitOf(given);
  if (separator === undefined) {
    const mirrored = words(mirror(text), most);
    return mirrored.map(mirror).reverse();
  }
  const parts = pieces(text, separator, given.meter);
  if (parts.length <= most + 1) return parts;
  const kept = parts.length - most;
  return [parts.slice(0, kept).join(separator), ...parts.slice(kept)];
};

const mirror = (text: string): string => Array.from(text).reverse().join('');

function limitOf(given: Given): number {
  const most = given.whole(1, -1);
  return most < 0 ? Number.POSITIVE_INFINITY : most;
}

function pieces(text: string, separator: string, meter: Meter): string[] {
  if (separator === '') throw fault('FUNCTION', 'split() needs a separator that is not empty');
  meter.search(separator, text);
  const parts = text.split(separator);
  checkElements(parts.length);
  meter.elements(parts.length);
  return parts;
}

/** Split at blanks; the rest after `most` splits keeps the blanks at its end. */
function words(text: string, most: number): string[] {
  const found: string[] = [];
  let rest = text.trimStart();
  while (rest !== '' && found.length < most) {
    const [word = ''] = /^\S+/.exec(rest) ?? [];
    found.push(word);
    checkElements(found.length);
    rest = rest.slice(word.length).trimStart();
  }
  if (rest !== '') found.push(rest);
  return found;
}

const join: StringMethod = (separator, given) => {
  const items = itemsOf(given.value(0));
  if (!items) throw fault('TYPE', `join() needs a list, got ${typeName(given.value(0))}`);
  given.meter.elements(items.length);
  let length = 0;
  for (const item of items) {
    if (typeof item !== 'string') throw fault('TYPE', `join() needs strings, got ${typeName(item)}`);
    length += item.length + separator.length;
    checkTextSize(length - separator.length);
  }
  return items.join(separator);
};

const replace: StringMethod = (text, given) => {
  const [old, fresh] = [given.text(0), given.text(1)];
  const most = given.whole(2, -1);
  given.meter.search(old, text);
  const parts = old === '' ? ['', ...Array.from(text), ''] : text.split(old);
  const changes = Math.min(parts.length - 1, most < 0 ? Number.POSITIVE_INFINITY : most);
  checkTextSize(text.length + changes * (fresh.length - old.length));
  if (changes === parts.length - 1) return parts.join(fresh);
  return [...parts.slice(0, changes), parts.slice(changes).join(old)].join(fresh);
};

/** Places count code points, as everywhere in the language. */
const find: StringMethod = (text, given) => {
  const wanted = given.text(0);
  given.meter.search(wanted, text);
  const start = given.whole(1, 0);
  const chars = Array.from(text);
  const from = start < 0 ? Math.max(0, chars.length + start) : start;
  const place = chars.slice(from).join('').indexOf(wanted);
  return place < 0 || from > chars.length ? -1 : from + Array.from(chars.slice(from).join('').slice(0, place)).length;
};

const count: StringMethod = (text, given) => {
  const wanted = given.text(0);
  given.meter.search(wanted, text);
  return wanted === '' ? Array.from(text).length + 1 : text.split(wanted).length - 1;
};

/** A tuple stands for any of its texts. */
const anyOf =
  (matches: (text: string, part: string) => boolean): StringMethod =>
  (text, given) => {
    const wanted = given.value(0);
    const parts = wanted instanceof Tuple ? wanted.items : [wanted];
    return parts.some((part) => {
      // Also refuses what is no text, with the right words.
      isIn(part, text, given.meter);
      return matches(text, String(part));
    });
  };

/** The methods of texts by name, with how many arguments they take at most. */
export const STRING_METHODS: ReadonlyMap<string, readonly [StringMethod, number]> = new Map([
  ['upper', [upper, 0]],
  ['lower', [lower, 0]],
  ['title', [title, 0]],
  ['isdigit', [isdigit, 0]],
  ['strip', [(text, given) => trimmed(text, given.optionalText(0), 'both'), 1]],
  ['lstrip', [(text, given) => trimmed(text, given.optionalText(0), 'left'), 1]],
  ['rstrip', [(text, given) => trimmed(text, given.optionalText(0), 'right'), 1]],
  ['split', [split, 2]],
  ['rsplit', [rsplit, 2]],
  ['join', [join, 1]],
  ['startswith', [anyOf((text, part) => text.startsWith(part)), 1]],
  ['endswith', [anyOf((text, part) => text.endsWith(part)), 1]],
  ['replace', [replace, 3]],
  ['find', [find, 2]],
  ['count', [count, 1]],
]);
