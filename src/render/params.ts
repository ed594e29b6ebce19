import { OpsbroError } from '../base/errors.ts';
import { rowFunction } from './combining.ts';
import { ROW_FUNCTIONS } from './rows.ts';
import type { RenderSeries } from './series.ts';
import { parseInterval } from './times.ts';

/** What an argument may have become. Lists of lists come from functions that group. */
export type Value = number | string | boolean | null | readonly RenderSeries[] | readonly (readonly RenderSeries[])[];

/** One parameter of a function: how people see it, and what the function gets. */
export interface Param<T> {
  /** As `/functions` names it. */
  readonly type: string;
  readonly isRequired: boolean;
  /** It takes all arguments that are left. */
  readonly isMultiple: boolean;
  readonly preset?: Value;
  readonly options?: readonly string[];
  readonly suggestions?: readonly (string | number)[];
  /** Checks and converts; throws a sentence of what is expected. */
  read(value: Value): T;
}

/** The parameters of a function by name, in their order. */
export type Params = Readonly<Record<string, Param<unknown>>>;

/** What a function with these parameters gets. */
export type ArgsOf<P extends Params> = { readonly [Key in keyof P]: P[Key] extends Param<infer T> ? T : never };

const param = <T>(type: string, read: (value: Value) => T, more: Partial<Param<T>> = {}): Param<T> => ({
  type,
  isRequired: true,
  isMultiple: false,
  read,
  ...more,
});

const expected = (what: string): OpsbroError => new OpsbroError('bad_request', `expected ${what}`);

/** Whether a value is a list of series, or of such lists. */
export const isList = (value: Value): value is readonly RenderSeries[] | readonly (readonly RenderSeries[])[] =>
  Array.isArray(value);

/** All series of a list, also of lists in it. */
export const flat = (value: readonly RenderSeries[] | readonly (readonly RenderSeries[])[]): readonly RenderSeries[] =>
  (value as readonly (RenderSeries | readonly RenderSeries[])[]).flat();

const readSeries = (value: Value): readonly RenderSeries[] => {
  if (isList(value)) return flat(value);
  throw expected('series');
};

function readNumber(value: Value): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && !Number.isNaN(number)) return number;
  throw expected('a number');
}

function readInteger(value: Value): number {
  const number = readNumber(value);
  if (Number.isSafeInteger(number)) return number;
  throw expected('a whole number');
}

function readText(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw expected('a text in quotes');
}

function readFlag(value: Value): boolean {
  if (value === true || value === 1 || value === 'true') return true;
  if (value === false || value === 0 || value === 'false') return false;
  throw expected('true or false');
}

/** A node of a path by its place, or a tag by its name. */
export type Node = number | string;

function readNode(value: Value): Node {
  if (typeof value === 'string') return /^-?\d+$/.test(value) ? Number(value) : value;
  return readInteger(value);
}

/** An interval as it was written, with its seconds. */
export interface Interval {
  readonly text: string;
  readonly seconds: number;
}

function readInterval(value: Value): Interval {
  const text = readText(value);
  return { text, seconds: parseInterval(text) };
}

/** A number of values or an interval, as it was written. */
export type Window = number | Interval;

function readWindow(value: Value): Window {
  if (typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))) return readInteger(value);
  return readInterval(value);
}

function readAggregation(value: Value): string {
  const name = readText(value);
  rowFunction(name);
  return name;
}

const AGGREGATIONS = [...ROW_FUNCTIONS.keys()];
const INTERVALS = ['10min', '1h', '1d'];
const WINDOWS = [5, 7, 10, '1min', '5min', '10min', '30min', '1hour'];

/** The kinds of parameters. */
export const p = {
  series: () => param('seriesList', readSeries),
  /** Any number of lists, as one. */
  allSeries: () => many(param('seriesList', readSeries)),
  groups: () =>
    param('seriesLists', (value) => {
      if (isList(value))
        return value.map((each) => (Array.isArray(each) ? (each as readonly RenderSeries[]) : [each as RenderSeries]));
      throw expected('groups of series');
    }),
  number: () => param('float', readNumber),
  integer: () => param('integer', readInteger),
  /** Infinity is written `inf`. */
  limit: () => param('intOrInf', (value) => (value === Number.POSITIVE_INFINITY ? value : readInteger(value))),
  text: () => param('string', readText),
  flag: () => param('boolean', readFlag),
  date: () => param('date', readText),
  tag: () => param('tag', readText),
  node: () => param('node', readInteger),
  nodeOrTag: () => param('nodeOrTag', readNode),
  interval: () => param('interval', readInterval, { suggestions: INTERVALS }),
  window: () => param('intOrInterval', readWindow, { suggestions: WINDOWS }),
  aggregation: () => param('aggFunc', readAggregation, { options: AGGREGATIONS }),
  /** A row function or a function of series. */
  callback: () => param('aggOrSeriesFunc', readText, { options: AGGREGATIONS }),
  choice: <T extends string>(choices: readonly T[]) =>
    param(
      'string',
      (value) => {
        const found = choices.find((choice) => choice === value);
        if (found !== undefined) return found;
        throw expected(`one of ${choices.join(', ')}`);
      },
      { options: choices },
    ),
  any: () => param('any', (value) => value),
};

/** A parameter that may be left out, or be `none`. */
export const optional = <T>(inner: Param<T>): Param<T | undefined> => ({
  ...inner,
  isRequired: false,
  read: (value) => (value === null ? undefined : inner.read(value)),
});

/** A parameter that has a value when it is left out. */
export const preset = <T>(inner: Param<T>, value: Value): Param<T> => ({
  ...inner,
  isRequired: false,
  preset: value,
  read: (given) => inner.read(given ?? value),
});

/** A parameter that takes all arguments that are left, at least one. */
export const many = <T>(inner: Param<T>): Param<readonly T[]> => ({
  ...inner,
  isMultiple: true,
  read: (value) => (value as readonly Value[]).map((each) => inner.read(each)),
});
