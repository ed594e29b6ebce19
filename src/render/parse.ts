import { OpsbroError } from '../base/errors.ts';

/** A target as it is written. */
export type Expression =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'literal'; readonly value: number | string | boolean | null }
  | Call
  | { readonly kind: 'template'; readonly body: Expression; readonly values: ReadonlyMap<string, string | number> };

/** A function with what it is given. */
export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expression[];
  readonly named: ReadonlyMap<string, Expression>;
  /** As it is written. */
  readonly text: string;
}

const MOST_TEXT = 65_536;
const MOST_DEPTH = 32;
const MOST_NODES = 2_000;

const BLANKS = /\s*/y;
const NAME = /[A-Za-z_]\w*(?=\s*\()/y;
const NAMED = /([A-Za-z_]\w*)\s*=(?!=)\s*/y;
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?=\s*(?:[,)]|$))/y;
const WORD = /(?:true|false|none|inf)(?=\s*(?:[,)]|$))/iy;
const TEXT = /'([^']*)'|"([^"]*)"/y;
/** What a path is made of, beside braces. */
const PATH = /(?:\\[(){},.'"\\|= ]|[^(){},'"\\|\s])+/y;
const NO_PATH = /^[,]$/;

const WORDS: ReadonlyMap<string, number | boolean | null> = new Map<string, number | boolean | null>([
  ['true', true],
  ['false', false],
  ['none', null],
  ['inf', Number.POSITIVE_INFINITY],
]);

/** Counts what the targets of one request are made of. */
export interface NodeCount {
  nodes: number;
}

/** Reads a target. Throws `bad_request` for what is none, is nested too deep or is too long. */
export function parseTarget(text: string, count: NodeCount = { nodes: 0 }): Expression {
  if (text.length > MOST_TEXT) throw bad(`a target is longer than ${MOST_TEXT} characters`);
  const reader = new Reader(text, count);
  const expression = reader.expression(0);
  reader.end();
  return expression;
}

class Reader {
  readonly #text: string;
  readonly #count: NodeCount;
  #at = 0;

  constructor(text: string, count: NodeCount) {
    this.#text = text;
    this.#count = count;
  }

  /** A path or a call, and the calls it is piped into. */
  expression(depth: number): Expression {
    let expression = this.#simple(depth);
    for (let piped = depth + 1; this.#take('|'); piped += 1) {
      this.#enter(piped);
      const start = this.#at;
      const name = this.#match(NAME);
      if (name === undefined) throw this.#unexpected('a function after |');
      expression = this.#call(name, { start, depth: piped, first: expression });
    }
    return expression;
  }

  end(): void {
    this.#blanks();
    if (this.#at < this.#text.length) throw this.#unexpected('the end');
  }

  #simple(depth: number): Expression {
    this.#enter(depth);
    this.#blanks();
    const start = this.#at;
    const name = this.#match(NAME);
    if (name === 'template') return this.#template(depth);
    return name === undefined ? this.#path() : this.#call(name, { start, depth });
  }

  #call(
    name: string,
    { start, depth, first }: { readonly start: number; readonly depth: number; readonly first?: Expression },
  ): Call {
    const { args, named } = this.#arguments(depth);
    const all = first ? [first, ...args] : args;
    return { kind: 'call', name, args: all, named, text: this.#text.slice(start, this.#at).trim() };
  }

  #arguments(depth: number): { args: Expression[]; named: Map<string, Expression> } {
    const args: Expression[] = [];
    const named = new Map<string, Expression>();
    this.#expect('(');
    if (this.#take(')')) return { args, named };
    do {
      this.#blanks();
      NAMED.lastIndex = this.#at;
      const found = NAMED.exec(this.#text);
      if (found) {
        this.#at = NAMED.lastIndex;
        named.set(found[1] ?? '', this.#argument(depth));
      } else if (named.size > 0) throw this.#unexpected('a named argument, as those before it');
      else args.push(this.#argument(depth));
    } while (this.#take(','));
    this.#expect(')');
    return { args, named };
  }

  #argument(depth: number): Expression {
    this.#blanks();
    const number = this.#match(NUMBER);
    if (number !== undefined) return this.#literal(Number(number));
    const word = this.#match(WORD);
    if (word !== undefined) return this.#literal(WORDS.get(word.toLowerCase()) ?? null);
    const text = this.#match(TEXT);
    if (text !== undefined) return this.#literal(text.slice(1, -1));
    return this.expression(depth + 1);
  }

  #template(depth: number): Expression {
    this.#expect('(');
    const body = this.expression(depth + 1);
    const values = new Map<string, string | number>();
    let place = 0;
    while (this.#take(',')) {
      this.#blanks();
      NAMED.lastIndex = this.#at;
      const found = NAMED.exec(this.#text);
      if (found) this.#at = NAMED.lastIndex;
      place += 1;
      const value = this.#argument(depth);
      if (value.kind !== 'literal' || (typeof value.value !== 'string' && typeof value.value !== 'number')) {
        throw bad('template: only texts and numbers may follow the expression');
      }
      values.set(found?.[1] ?? String(place), value.value);
    }
    this.#expect(')');
    return { kind: 'template', body, values };
  }

  #path(): Expression {
    const start = this.#at;
    for (let isGoing = true; isGoing; ) {
      const before = this.#at;
      if (this.#match(PATH) === undefined && this.#text[this.#at] === '{') this.#braces();
      isGoing = this.#at > before;
    }
    const path = this.#text.slice(start, this.#at);
    if (path === '' || NO_PATH.test(path)) throw this.#unexpected('a path or a function');
    return { kind: 'path', path: path.replace(/\\(.)/g, '$1') };
  }

  /** Alternatives of a path; commas in them do not end it. */
  #braces(): void {
    let depth = 0;
    do {
      const sign = this.#text[this.#at];
      if (sign === undefined || /[\s()'"|]/.test(sign)) throw this.#unexpected('a closing }');
      if (sign === '{') depth += 1;
      if (sign === '}') depth -= 1;
      this.#at += sign === '\\' ? 2 : 1;
    } while (depth > 0);
  }

  #literal(value: number | string | boolean | null): Expression {
    this.#enter(0);
    return { kind: 'literal', value };
  }

  #enter(depth: number): void {
    this.#count.nodes += 1;
    if (this.#count.nodes > MOST_NODES) throw bad(`the targets are made of more than ${MOST_NODES} parts`);
    if (depth > MOST_DEPTH) throw bad(`a target is nested deeper than ${MOST_DEPTH}`);
  }

  #blanks(): void {
    this.#match(BLANKS);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #take(sign: string): boolean {
    this.#blanks();
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw this.#unexpected(sign);
  }

  #unexpected(wanted: string): OpsbroError {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    const found = rest === '' ? 'the target ends' : `"${rest}" stands`;
    return bad(`target: at character ${this.#at + 1} ${found} where ${wanted} was expected`);
  }
}

const bad = (text: string): OpsbroError => new OpsbroError('bad_request', text);
