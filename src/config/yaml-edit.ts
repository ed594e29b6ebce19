import { isDeepStrictEqual } from 'node:util';
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseAllDocuments,
  stringify,
  type YAMLMap,
} from 'yaml';
import { OpsbroError } from '../base/errors.ts';
import { localTime } from '../base/local-time.ts';
import type { Yaml } from '../model/pack.ts';
import { parseYaml } from './yaml.ts';
import { isList, isMapping, keyText } from './yaml-value.ts';

/** Lines that tell of changes; older ones than these are dropped. */
const MAX_CHANGES = 50;
const CHANGE = /^# CHANGE: \(.*\) (?:SET|ADD|REMOVE) .*$/;

/** What is told of a change at the end of the file. */
export interface Change {
  readonly verb: 'SET' | 'ADD' | 'REMOVE';
  readonly key: string;
  /** The value as it may be shown. */
  readonly shown: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The text with one value set, `undefined`: taken away. Everything else, comments too, stays as it is. Throws `invalid_config`. */
export function withValue(text: string, path: readonly string[], value: Yaml | undefined): string {
  const edited = value === undefined ? removed(text, path) : spliced(text, path, value);
  if (edited !== undefined && isDeepStrictEqual(plainAt(edited, path), value)) return edited;
  throw new OpsbroError('invalid_config', `the file cannot be changed at ${path.join('.')}; change it by hand`);
}

/** The text with one more item in a list, which is made if it is not there. Throws `invalid_config`. */
export function withItem(text: string, key: string, item: string): string {
  const items = itemsAt(text, key);
  const list = listAt(text, key);
  const last = list?.at(-1);
  if (!last) return withValue(text, [key], [...items, item]);
  const start = text.lastIndexOf('\n', last.start - 1) + 1;
  const dash = text.slice(start, last.start);
  const end = lineEnd(text, last.end);
  const edited = `${text.slice(0, end)}\n${dash}${inline(item)}${text.slice(end)}`;
  return isDeepStrictEqual(plainAt(edited, [key]), [...items, item])
    ? edited
    : withValue(text, [key], [...items, item]);
}

/** The text without an item of a list. Throws `invalid_config`. */
export function withoutItem(text: string, key: string, item: string): string {
  const items = itemsAt(text, key);
  const left = items.filter((each) => String(each) !== item);
  const at = listAt(text, key)?.[items.findIndex((each) => String(each) === item)];
  if (!at || left.length === 0) return withValue(text, [key], left);
  const from = text.lastIndexOf('\n', at.start - 1) + 1;
  const edited = text.slice(0, from) + text.slice(lineEnd(text, at.end) + 1);
  return isDeepStrictEqual(plainAt(edited, [key]), left) ? edited : withValue(text, [key], left);
}

/** The items of the list that a text has under a key of its top level; a single value is a list of itself. */
export function itemsAt(text: string, key: string): readonly Yaml[] {
  const value = plainAt(text, [key]);
  if (isList(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

/** Where the items of a list are that has a line for each. */
function listAt(text: string, key: string): { readonly start: number; readonly end: number }[] | undefined {
  const { parent, rest } = reached(text, [key]);
  const list: unknown = parent && rest.length === 1 ? pairOf(parent, key)?.value : undefined;
  if (!isSeq(list) || list.flow) return undefined;
  return list.items.flatMap((item) =>
    isScalar(item) && item.range ? [{ start: item.range[0], end: item.range[1] }] : [],
  );
}

/** What a text on the command line means as YAML. Throws `bad_request`. */
export function yamlOf(text: string): Yaml {
  const { documents, problems } = parseYaml(text, 'the value');
  const problem = problems.find(({ level }) => level === 'error');
  if (problem) throw new OpsbroError('bad_request', `the value is no YAML: ${problem.message}`);
  return documents[0]?.value ?? (text === '' ? '' : null);
}

/** The text with a line about a change at its end; of the lines about changes the last 50 are kept. */
export function withChange(text: string, { verb, key, shown, at }: Change): string {
  const lines = text.replace(/\n+$/, '').split('\n');
  const known = lines.filter((line) => CHANGE.test(line)).length;
  let surplus = Math.max(0, known + 1 - MAX_CHANGES);
  const kept = lines.filter((line) => !CHANGE.test(line) || surplus-- <= 0);
  const value = shown === '' ? '' : ` → ${oneLine(shown)}`;
  const told = `# CHANGE: (${localTime(at)}) ${verb} ${key}${value}`;
  return `${[...(text.trim() === '' ? [] : kept), told].join('\n')}\n`;
}

/** The comment lines right above a key, without their sign. */
export function commentsAbove(text: string, line: number): string[] {
  const lines = text.split('\n').slice(0, Math.max(0, line - 1));
  const comments: string[] = [];
  for (let above = lines.pop(); above !== undefined && /^\s*#/.test(above); above = lines.pop()) {
    comments.unshift(above.trim());
  }
  return comments;
}

function spliced(text: string, path: readonly string[], value: Yaml): string | undefined {
  const { parent, rest } = reached(text, path);
  const [key = '', ...below] = rest;
  if (!parent) return joined(text, rendered(rest, value, ''));
  const pair = below.length === 0 ? pairOf(parent, key) : undefined;
  if (pair) return replaced(text, pair, value);
  const [end, column] = [endOf(parent), columnOf(text, parent)];
  if (parent.flow || end === undefined || column === undefined) return undefined;
  const at = lineEnd(text, end);
  return `${text.slice(0, at)}\n${rendered(rest, value, ' '.repeat(column))}${text.slice(at)}`;
}

/** The innermost map on the way down, and the keys that are not there yet. */
function reached(text: string, path: readonly string[]) {
  const documents = parseAllDocuments(text, { uniqueKeys: false });
  const all = Array.isArray(documents) ? documents : [];
  if (all.some(({ errors }) => errors.length > 0)) {
    throw new OpsbroError('invalid_config', 'the file is broken; repair it first (opsbro config validate)');
  }
  const maps = all.flatMap<YAMLMap>(({ contents }) => (isMap(contents) ? [contents as YAMLMap] : []));
  let parent: YAMLMap | undefined = maps.findLast((map) => pairOf(map, path[0] ?? '') !== undefined) ?? maps.at(-1);
  let rest = path;
  while (parent && rest.length > 1) {
    const below: unknown = pairOf(parent, rest[0] ?? '')?.value;
    if (!isMap(below)) break;
    parent = below;
    rest = rest.slice(1);
  }
  return { parent, rest };
}

const pairOf = (map: YAMLMap, key: string): Pair | undefined => map.items.findLast((pair) => keyText(pair) === key);

function replaced(text: string, { key, value: old }: Pair, value: Yaml): string | undefined {
  const keyEnd = isScalar(key) ? key.range?.[1] : undefined;
  const colon = keyEnd === undefined ? -1 : text.indexOf(':', keyEnd);
  if (colon === -1) return undefined;
  // A plain value keeps the blanks before it; all else is written anew right behind the colon.
  const start = isScalar(old) && old.range && old.range[1] > old.range[0] ? old.range[0] : undefined;
  const end = endOf(old) ?? colon + 1;
  return start === undefined
    ? `${text.slice(0, colon + 1)} ${inline(value)}${text.slice(Math.max(end, colon + 1))}`
    : `${text.slice(0, start)}${inline(value)}${text.slice(end)}`;
}

function removed(text: string, path: readonly string[]): string | undefined {
  const { parent, rest } = reached(text, path);
  const pair = parent && rest.length === 1 ? pairOf(parent, rest[0] ?? '') : undefined;
  if (!pair) return text;
  const start = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
  if (!parent || parent.flow || start === undefined) return undefined;
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const to = lineEnd(text, endOf(pair.value) ?? start) + 1;
  // A map without keys would be nothing at all, which is another value.
  return parent.items.length === 1 && path.length > 1 ? undefined : text.slice(0, from) + text.slice(to);
}

/** Offset behind the last sign of a node, comments left out. */
function endOf(node: unknown): number | undefined {
  if (isCollection(node) && !node.flow) {
    const last: unknown = node.items.at(-1);
    if (isSeq(node)) return endOf(last);
    const { key, value } = (last ?? {}) as Partial<Pair>;
    return endOf(value) ?? endOf(key);
  }
  return isScalar(node) || isCollection(node) || isAlias(node) ? node.range?.[1] : undefined;
}

/** The column of the keys of a map. */
function columnOf(text: string, map: YAMLMap): number | undefined {
  const [first] = map.items;
  const start = first && isScalar(first.key) ? first.key.range?.[0] : undefined;
  return start === undefined ? undefined : start - (text.lastIndexOf('\n', start - 1) + 1);
}

function lineEnd(text: string, offset: number): number {
  // The value of a block text ends behind its line.
  if (text[offset - 1] === '\n') return offset - 1;
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end;
}

function joined(text: string, lines: string): string {
  return text === '' || text.endsWith('\n') ? `${text}${lines}\n` : `${text}\n${lines}\n`;
}

/** A value below a path of keys, each on a line of its own. */
function rendered([key = '', ...below]: readonly string[], value: Yaml, indent: string): string {
  const name = inline(key);
  return below.length === 0
    ? `${indent}${name}: ${inline(value)}`
    : `${indent}${name}:\n${rendered(below, value, `${indent}  `)}`;
}

/** A value on one line. */
export function inline(value: Yaml): string {
  if (typeof value === 'string' && /[\n\r]/.test(value)) return JSON.stringify(value);
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

function plainAt(text: string, path: readonly string[]): Yaml | undefined {
  const values = parseYaml(text, '').documents.map(({ value }) => value);
  const top = values.findLast((value) => isMapping(value) && Object.hasOwn(value, path[0] ?? ''));
  let at: Yaml | undefined = top;
  for (const step of path) at = isMapping(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  return at;
}

const oneLine = (shown: string): string => shown.replace(/\s+/g, ' ');
