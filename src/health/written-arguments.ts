/** Arguments of an action as programs write them: JSON, or the text that Python gives for a list or a dict. Pure. */
import { OpsbroError } from '../base/errors.ts';
import type { Yaml } from '../model/pack.ts';

const LONGEST = 65_536;
const DEEPEST = 20;
const WORDS: ReadonlyMap<string, Yaml> = new Map<string, Yaml>([
  ['None', null],
  ['null', null],
  ['True', true],
  ['true', true],
  ['False', false],
  ['false', false],
]);
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['b', '\b'],
  ['f', '\f'],
  ['0', '\0'],
]);
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z]+/y;
const BLANKS = /\s*/y;
const PLAIN = /[^'"\\]+/y;

/** The positional arguments; none for nothing. Throws `bad_request` for what is no list. */
export function readArgs(written: unknown): readonly Yaml[] {
  const value = givenValue(written);
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value as readonly Yaml[];
  throw new OpsbroError('bad_request', 'args is no list; write ["a", 1] or [\'a\', 1]');
}

/** The named arguments; none for nothing. Throws `bad_request` for what is no map. */
export function readKwargs(written: unknown): ReadonlyMap<string, Yaml> {
  const value = givenValue(written);
  if (value === undefined || value === null) return new Map();
  if (typeof value === 'object' && !Array.isArray(value)) return new Map(Object.entries(value));
  throw new OpsbroError('bad_request', 'kwargs is no map; write {"a": 1} or {\'a\': 1}');
}

function givenValue(written: unknown): Yaml | undefined {
  if (typeof written !== 'string') return written as Yaml | undefined;
  if (written.trim() === '') return undefined;
  if (written.length > LONGEST) throw new OpsbroError('bad_request', `arguments are longer than ${LONGEST} characters`);
  return new LiteralReader(written).whole();
}

/** Reads one value; both notations may be mixed. */
class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Yaml {
    const value = this.#value(0);
    this.#take(BLANKS);
    if (this.#at < this.#text.length) throw this.#fault('something follows');
    return value;
  }

  #value(depth: number): Yaml {
    if (depth > DEEPEST) throw this.#fault('nested too deeply');
    this.#take(BLANKS);
    switch (this.#text[this.#at]) {
      case '[':
        return this.#list(']', depth);
      case '(':
        return this.#list(')', depth);
      case '{':
        return this.#map(depth);
      case "'":
      case '"':
        return this.#string();
      default:
        return this.#scalar();
    }
  }

  #list(end: string, depth: number): Yaml[] {
    const items: Yaml[] = [];
    this.#members(end, () => void items.push(this.#value(depth + 1)));
    return items;
  }

  #map(depth: number): Yaml {
    const entries: [string, Yaml][] = [];
    this.#members('}', () => {
      const key = this.#value(depth + 1);
      if (typeof key !== 'string') throw this.#fault('a name is no text');
      this.#take(BLANKS);
      if (this.#text[this.#at++] !== ':') throw this.#fault('a ":" is missing');
      entries.push([key, this.#value(depth + 1)]);
    });
    return Object.fromEntries(entries);
  }

  #members(end: string, member: () => void): void {
    this.#at++;
    for (;;) {
      this.#take(BLANKS);
      if (this.#text[this.#at] === end) break;
      member();
      this.#take(BLANKS);
      if (this.#text[this.#at] === end) break;
      if (this.#text[this.#at++] !== ',') throw this.#fault(`"${end}" is missing`);
    }
    this.#at++;
  }

  #string(): string {
    const quote = this.#text[this.#at++];
    let text = '';
    for (;;) {
      text += this.#take(PLAIN);
      const sign = this.#text[this.#at++];
      if (sign === quote) return text;
      if (sign === undefined) throw this.#fault('a quote is never closed');
      text += sign === '\\' ? this.#escape() : sign;
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at++] ?? '';
    const digits = { x: 2, u: 4 }[letter];
    if (digits === undefined) return ESCAPES.get(letter) ?? letter;
    const code = this.#text.slice(this.#at, this.#at + digits);
    if (!/^[\da-f]+$/i.test(code) || code.length < digits) throw this.#fault('a wrong escape');
    this.#at += digits;
    return String.fromCharCode(Number.parseInt(code, 16));
  }

  #scalar(): Yaml {
    const number = this.#take(NUMBER);
    if (number !== '') return Number(number);
    const word = this.#take(WORD);
    const value = WORDS.get(word);
    if (value === undefined) throw this.#fault(word === '' ? 'a value is missing' : `"${word}" is no value`);
    return value;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ''] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  #fault(what: string): OpsbroError {
    return new OpsbroError('bad_request', `arguments cannot be read: ${what} at character ${this.#at + 1}`);
  }
}
