import { checkTextSize } from './limits.ts';
import { isDict, isList, Tuple, type Value, ValueSet } from './values.ts';

/** The text of a value: texts as they are, everything else in Python's manner. Throws LIMIT when it would be longer than 1 Mi characters. */
export function textOf(value: Value): string {
  return typeof value === 'string' ? value : reprOf(value);
}

/** The value as it would be written in an expression. Throws LIMIT when it would be longer than 1 Mi characters. */
export function reprOf(value: Value): string {
  if (value === null || typeof value !== 'object') return scalar(value);
  const writer = new Writer();
  writer.value(value);
  return writer.text;
}

/** The text of a value in a hole: lists and sets are joined by commas. Throws LIMIT when it would be longer than 1 Mi characters. */
export function holeText(value: Value): string {
  if (!(isList(value) || value instanceof ValueSet)) return textOf(value);
  let text = '';
  let comma = '';
  for (const item of value) {
    text += comma + textOf(item);
    comma = ',';
    checkTextSize(text.length);
  }
  return text;
}

function scalar(value: number | string | boolean | null): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'number' ? String(value) : quoted(value);
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\\', '\\\\'],
]);

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is to be shown
  const escaped = text.replace(/[\\\x00-\x1f\x7f]/g, (char) => NAMED.get(char) ?? hex(char));
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

const hex = (char: string): string => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** Writes containers, and gives up as soon as the text becomes too long. */
class Writer {
  text = '';

  value(value: Value): void {
    if (value === null || typeof value !== 'object') this.#add(scalar(value));
    else if (isList(value)) this.#items('[', value, ']');
    else if (value instanceof Tuple) this.#items('(', value.items, value.items.length === 1 ? ',)' : ')');
    else if (isDict(value)) this.#dict(value);
    else if (value.size === 0) this.#add('set()');
    else this.#items('{', value, '}');
  }

  #items(opening: string, items: Iterable<Value>, closing: string): void {
    let before = opening;
    for (const item of items) {
      this.#add(before);
      this.value(item);
      before = ', ';
    }
    this.#add(before === opening ? opening + closing : closing);
  }

  #dict(dict: ReadonlyMap<Value, Value>): void {
    let before = '{';
    for (const [key, item] of dict) {
      this.#add(before);
      this.value(key);
      this.#add(': ');
      this.value(item);
      before = ', ';
    }
    this.#add(dict.size === 0 ? '{}' : '}');
  }

  #add(piece: string): void {
    this.text += piece;
    checkTextSize(this.text.length);
  }
}
