/** A range of a Nagios plugin: an alert is a value outside it, or inside it when `inverted`. The ends belong to the inside. */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly inverted: boolean;
}

/** One measured value that a plugin printed. */
export interface PerfItem {
  readonly label: string;
  /** `null` when the plugin said that it does not know (`U`). */
  readonly value: number | null;
  /** As printed: `s`, `%`, `MB`, `c`. */
  readonly unit: string;
  /** The value in its base unit. */
  readonly baseValue: number | null;
  /** Seconds (`s`), bytes (`B`), or the unit as printed. */
  readonly baseUnit: string;
  readonly warning?: Range;
  readonly critical?: Range;
  readonly min?: number;
  readonly max?: number;
  /** The item as it was printed. */
  readonly text: string;
}

interface Perfdata {
  readonly items: readonly PerfItem[];
  /** Texts and fields that could not be read. */
  readonly bad: number;
}

const MAX_ITEMS = 1_000;
const MAX_LABEL = 256;
const NUMBER = String.raw`[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?`;
const ITEM = /(?:'((?:[^']|'')+)'|([^\s=']+))=([^\s]*)/y;
const VALUE = new RegExp(`^(?:U|(${NUMBER})([^\\s\\d;'"]*))$`);
const RANGE = new RegExp(`^(@)?(?:(~|${NUMBER})?:)?(${NUMBER})?$`);
const BOUND = new RegExp(`^(${NUMBER})[^\\s\\d;'"]*$`);

/** Reads the performance data of a plugin's output. Text that is none is skipped to the next blank and counted. */
export function parsePerfdata(text: string): Perfdata {
  const items = new Map<string, PerfItem>();
  let bad = 0;
  for (let at = skipBlanks(text, 0); at < text.length && items.size < MAX_ITEMS; at = skipBlanks(text, at)) {
    ITEM.lastIndex = at;
    const found = ITEM.exec(text);
    const read = found ? readItem(found) : undefined;
    bad += read ? read.bad : 1;
    if (read) items.set(read.item.label, read.item);
    at = found ? ITEM.lastIndex : nextBlank(text, at);
  }
  return { items: [...items.values()], bad };
}

/** Whether a value of a plugin is to be alerted of. */
export function isOutside({ start, end, inverted }: Range, value: number): boolean {
  const inside = value >= start && value <= end;
  return inside === inverted;
}

/** Reads `[@][start][:end]`; `undefined` when it is no range. */
export function parseRange(text: string): Range | undefined {
  const found = RANGE.exec(text);
  if (!found) return undefined;
  const [, at, from, to] = found;
  if (from === undefined && to === undefined) return undefined;
  const start = from === '~' ? Number.NEGATIVE_INFINITY : numberOf(from ?? '0');
  const end = to === undefined ? Number.POSITIVE_INFINITY : numberOf(to);
  return start > end ? undefined : { start, end, inverted: at !== undefined };
}

function readItem([whole, quoted, plain = '', rest = '']: RegExpExecArray):
  | { readonly item: PerfItem; readonly bad: number }
  | undefined {
  const label = (quoted === undefined ? plain : quoted.replaceAll("''", "'")).slice(0, MAX_LABEL);
  const text = whole.replace(/,$/, '');
  const [first = '', ...fields] = rest.replace(/,$/, '').split(';');
  const value = VALUE.exec(first);
  if (!value) return undefined;
  const [, number, unit = ''] = value;
  const [warning, critical] = [fields[0] ?? '', fields[1] ?? ''].map(parseRange);
  const percent = unit === '%';
  const min = boundOf(fields[2]) ?? (percent ? 0 : undefined);
  const max = boundOf(fields[3]) ?? (percent ? 100 : undefined);
  const unreadable = [fields[0] && !warning, fields[1] && !critical, fields.slice(4).some((field) => field !== '')];
  const item = {
    label,
    ...measured(number, unit),
    ...(warning && { warning }),
    ...(critical && { critical }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    text,
  };
  return { item, bad: unreadable.filter(Boolean).length };
}

type Measured = Pick<PerfItem, 'value' | 'unit' | 'baseValue' | 'baseUnit'>;

function measured(number: string | undefined, unit: string): Measured {
  const [factor, baseUnit] = baseOf(unit);
  const value = number === undefined ? null : numberOf(number);
  return { value, unit, baseValue: value === null ? null : value * factor, baseUnit };
}

const PARTS_OF_SECOND: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['ms', 1e-3],
  ['us', 1e-6],
  ['ns', 1e-9],
]);
const BYTES = /^([kmgtpe]?)i?B$/i;
const POWERS = ' kmgtpe';

/** By what a value is multiplied to be in its base unit, and that unit. A KB is 1024 bytes. */
function baseOf(unit: string): readonly [number, string] {
  const seconds = PARTS_OF_SECOND.get(unit);
  if (seconds !== undefined) return [seconds, 's'];
  const [, prefix] = unit.endsWith('B') ? (BYTES.exec(unit) ?? []) : [];
  return prefix === undefined ? [1, unit] : [1024 ** POWERS.indexOf(prefix.toLowerCase() || ' '), 'B'];
}

const numberOf = (text: string): number => Number(text.replace(',', '.'));

function boundOf(field = ''): number | undefined {
  const number = BOUND.exec(field)?.[1];
  return number === undefined ? undefined : numberOf(number);
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at += 1;
  return at;
}

function nextBlank(text: string, from: number): number {
  const found = text.slice(from).search(/\s/);
  return found === -1 ? text.length : from + found;
}
