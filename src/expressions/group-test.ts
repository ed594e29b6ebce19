import { fault } from './fault.ts';
import { MAX_NESTING, MAX_SOURCE } from './limits.ts';

/** Whether something is for a node in these groups. */
export type GroupTest = (groups: ReadonlySet<string>) => boolean;

const TOKEN = /(?:([&|!()])|([\p{L}\p{N}_.:/+-]+))\s*/uy;
const SIGNS: ReadonlyMap<string, string> = new Map([
  ['&', 'and'],
  ['|', 'or'],
  ['!', 'not'],
]);
const OPERATORS = new Set(['and', 'or', 'not', '(', ')']);

/**
 * Reads a group test: a group name, `*` for every node, names with `and`, `or`, `not` (or `&`, `|`, `!`) and parentheses, or a list of
 * which any may hold. Throws `expression` with the place when it cannot be read.
 */
export function groupTest(written: string | readonly string[]): GroupTest {
  if (typeof written !== 'string') {
    const tests = written.map((each) => groupTest(each));
    return (groups) => tests.some((test) => test(groups));
  }
  const name = written.trim();
  if (name === '*') return () => true;
  return new GroupParser(name).parse();
}

interface Token {
  readonly text: string;
  readonly start: number;
}

class GroupParser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokens(text);
  }

  parse(): GroupTest {
    const test = this.#any();
    if (this.#next < this.#tokens.length) throw this.#unexpected('and, or');
    return test;
  }

  #any(): GroupTest {
    const tests = [this.#all()];
    while (this.#take('or')) tests.push(this.#all());
    return single(tests) ?? ((groups) => tests.some((test) => test(groups)));
  }

  #all(): GroupTest {
    const tests = [this.#one()];
    while (this.#take('and')) tests.push(this.#one());
    return single(tests) ?? ((groups) => tests.every((test) => test(groups)));
  }

  #one(): GroupTest {
    if (++this.#depth > MAX_NESTING) throw fault('LIMIT', 'nested too deeply');
    const test = this.#operand();
    this.#depth--;
    return test;
  }

  #operand(): GroupTest {
    if (this.#take('not')) {
      const test = this.#one();
      return (groups) => !test(groups);
    }
    if (this.#take('(')) {
      const test = this.#any();
      if (!this.#take(')')) throw this.#unexpected('")"');
      return test;
    }
    const name = this.#tokens[this.#next];
    if (name === undefined || OPERATORS.has(name.text)) throw this.#unexpected('the name of a group');
    this.#next++;
    return (groups) => groups.has(name.text);
  }

  #take(word: string): boolean {
    const found = this.#tokens[this.#next]?.text === word;
    if (found) this.#next++;
    return found;
  }

  #unexpected(wanted: string): Error {
    const { text, start } = this.#tokens[this.#next] ?? { text: '', start: this.#text.length };
    const found = text === '' ? 'the end' : `"${text}"`;
    return fault('SYNTAX', `${wanted} expected, found ${found}`, { start, end: start + text.length });
  }
}

const single = (tests: readonly GroupTest[]): GroupTest | undefined => (tests.length === 1 ? tests[0] : undefined);

function tokens(text: string): Token[] {
  if (text.length > MAX_SOURCE) throw fault('LIMIT', 'group test too long');
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let place = 0; place < text.length; place = TOKEN.lastIndex) {
    const [whole, sign, name] = TOKEN.exec(text) ?? [];
    if (whole === undefined) {
      const at = { start: place, end: place + 1 };
      throw fault('SYNTAX', `${JSON.stringify(text.charAt(place))} cannot stand in a group test`, at);
    }
    const written = sign ?? name ?? '';
    found.push({ text: SIGNS.get(written) ?? written, start: place });
  }
  return found;
}
