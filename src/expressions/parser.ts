import { nearest } from '../base/nearest.ts';
import { DATA_KINDS } from './contract.ts';
import { fault } from './fault.ts';
import { joined } from './joining.ts';
import * as lexicon from './lexicon.ts';
import { MAX_HEIGHT, MAX_SOURCE } from './limits.ts';
import { LiteralReader } from './literals.ts';
import type { Raw, RawBinary } from './reader.ts';
import { above, type Node, type Placeholder, type Template } from './syntax.ts';

const CONSTANTS = new Map([
  ['True', true],
  ['False', false],
  ['None', null],
]);

/** Parses one expression. jsep orders the binary operators; what stands between them, and what is particular to Python, is read here. */
class Parser extends LiteralReader {
  /** The whole text as one expression. */
  parseExpression(): Node {
    const node = this.gobbleExpression();
    if (this.index < this.expr.length) throw this.unexpected('an operator');
    return node;
  }

  /** The whole text as plain text with holes. */
  parseTemplate(): Template {
    const parts: (string | Placeholder)[] = [];
    while (this.index < this.expr.length) {
      const hole = this.expr.indexOf('{{', this.index);
      const end = hole < 0 ? this.expr.length : hole;
      if (end > this.index) parts.push(this.expr.slice(this.index, end));
      this.index = end;
      if (hole >= 0) parts.push(this.placeholder('}}'));
    }
    return this.template(parts, 0);
  }

  override gobbleExpression(): Node {
    const minimum = this.enter(0);
    const start = this.index;
    const value = this.gobbleBinaryExpression();
    const node = this.word('if') ? this.#conditional(value, start) : value;
    this.gobbleSpaces();
    this.leave(minimum);
    return node;
  }

  override gobbleBinaryExpression(): Node {
    return this.#settle(super.gobbleBinaryExpression(), 0);
  }

  override gobbleBinaryOp(): lexicon.Operator | false {
    this.gobbleSpaces();
    if (lexicon.ENDS_OPERAND.has(this.char)) return false;
    const written = this.match(lexicon.OPERATOR);
    if (written === undefined) return false;
    const operator = (written.startsWith('not') ? 'not in' : written) as lexicon.Operator;
    const level = lexicon.PRECEDENCE.get(operator);
    if (level === undefined) throw this.unexpected('an operator');
    if (level < this.minimum) return false;
    this.index += written.length;
    return operator;
  }

  override gobbleToken(): Node {
    this.gobbleSpaces();
    const start = this.index;
    const { char } = this;
    if (char === '-' || char === '+') {
      this.index++;
      return this.#sign(char, this.#operand(lexicon.SIGN_OPERAND), start);
    }
    if (this.word('not')) {
      const operand = this.#operand(lexicon.NOT_OPERAND);
      return this.node({ type: 'not', operand, isGrouped: false, start, end: operand.end, height: above(operand) });
    }
    return this.gobbleTokenProperty(this.#primary(char));
  }

  override gobbleTokenProperty(token: Node): Node {
    let node = token;
    for (;;) {
      this.gobbleSpaces();
      const { char } = this;
      if (char === '[') node = this.#index(node);
      else if (char === '.') node = this.#method(node);
      else if (char === '(') node = this.#call(node);
      else return node;
    }
  }

  /** Turns what jsep made of a row of operators into nodes. It is as deep to the left as the row is long, hence the loop. */
  #settle(raw: Raw, level: number): Node {
    if (raw.type !== 'BinaryExpression') return raw;
    if (level > MAX_HEIGHT) throw this.tooDeep();
    const row: RawBinary[] = [];
    let first: Raw = raw;
    for (; first.type === 'BinaryExpression'; first = first.left) row.push(first);
    let left: Node = first;
    for (const { operator, right } of row.reverse()) {
      left = this.node(joined(operator, { node: left, isOpen: left !== first }, this.#settle(right, level + 1)));
    }
    return left;
  }

  #conditional(yes: Node, start: number): Node {
    const test = this.gobbleBinaryExpression();
    if (!this.word('else')) throw this.unexpected('else');
    const no = this.gobbleExpression();
    return this.node({ type: 'conditional', test, yes, no, start, end: no.end, height: above(test, yes, no) });
  }

  #operand(minimum: number): Node {
    const before = this.enter(minimum);
    const node = this.gobbleBinaryExpression();
    this.leave(before);
    return node;
  }

  #sign(operator: '-' | '+', operand: Node, start: number): Node {
    const { end } = operand;
    if (operand.type === 'not' && !operand.isGrouped) throw fault('SYNTAX', 'put parentheses around not', operand);
    if (operand.type === 'constant' && typeof operand.value === 'number') {
      return { ...operand, value: operator === '-' ? -operand.value : operand.value, start };
    }
    return this.node({ type: 'sign', operator, operand, start, end, height: above(operand) });
  }

  #primary(char: string): Node {
    if (char === "'" || char === '"') return this.quoted(char);
    if (char === '(') return this.#group();
    if (char === '[') return this.#list();
    if (char === '{') return this.#braces();
    if (char === '$') return this.placeholder('$');
    const number = lexicon.BEGINS_NUMBER.has(char) ? this.match(lexicon.NUMBER) : undefined;
    return number === undefined ? this.#name() : this.number(number);
  }

  #name(): Node {
    const start = this.index;
    const name = this.match(lexicon.NAME);
    if (name === undefined || lexicon.RESERVED.has(name)) throw this.unexpected('a value');
    this.index += name.length;
    if (this.char === "'" || this.char === '"') {
      throw fault('SYNTAX', `prefixes of texts are not supported: ${name}`, { start, end: this.index });
    }
    const constant = CONSTANTS.get(name);
    if (constant !== undefined) return this.constant(constant, start);
    return this.node({ type: 'name', name, start, end: this.index, height: 1 });
  }

  #group(): Node {
    const start = this.index++;
    const { items, hasComma } = this.#items(')');
    const end = this.index;
    const [only] = items;
    if (only === undefined || hasComma) return this.node({ type: 'tuple', items, start, end, height: above(...items) });
    // The parentheses belong to the part, so that its text can stand alone.
    return only.type === 'not' ? { ...only, isGrouped: true, start, end } : { ...only, start, end };
  }

  #list(): Node {
    const start = this.index++;
    const { items } = this.#items(']');
    return this.node({ type: 'list', items, start, end: this.index, height: above(...items) });
  }

  /** Expressions between commas up to and including the closing bracket. */
  #items(closing: string): { readonly items: Node[]; readonly hasComma: boolean } {
    const items: Node[] = [];
    let hasComma = false;
    this.gobbleSpaces();
    while (this.char !== closing) {
      items.push(this.gobbleExpression());
      hasComma = this.#comma(closing) || hasComma;
    }
    this.index++;
    return { items, hasComma };
  }

  /** Steps over a comma, or stands at the closing bracket. */
  #comma(closing: string): boolean {
    this.gobbleSpaces();
    const isComma = this.char === ',';
    if (isComma) this.index++;
    else if (this.char !== closing) throw this.unexpected(`"${closing}"`);
    this.gobbleSpaces();
    return isComma;
  }

  #braces(): Node {
    if (this.expr.startsWith('{{', this.index)) return this.placeholder('}}');
    return this.match(lexicon.SEED_PLACEHOLDER) === undefined ? this.#dict() : this.placeholder('}');
  }

  #dict(): Node {
    const start = this.index++;
    const entries: [Node, Node][] = [];
    this.gobbleSpaces();
    while (this.char !== '}') {
      const key = this.gobbleExpression();
      if (this.char === ',' || this.char === '}') throw fault('SYNTAX', 'sets are written set([a, b])', key);
      if (this.char !== ':') throw this.unexpected('":"');
      this.index++;
      entries.push([key, this.gobbleExpression()]);
      this.#comma('}');
    }
    this.index++;
    return this.node({ type: 'dict', entries, start, end: this.index, height: above(...entries.flat()) });
  }

  #index(object: Node): Node {
    this.index++;
    const index = this.gobbleExpression();
    if (this.char !== ']') throw this.unexpected('"]"');
    this.index++;
    return this.node({
      type: 'index',
      object,
      index,
      start: object.start,
      end: this.index,
      height: above(object, index),
    });
  }

  #method(object: Node): Node {
    this.index++;
    this.gobbleSpaces();
    const name = this.match(lexicon.NAME);
    if (name === undefined) throw this.unexpected('the name of a method');
    this.index += name.length;
    this.gobbleSpaces();
    if (this.char !== '(') {
      const path = this.#pathWithoutBraces(object);
      if (path !== undefined)
        throw fault('SYNTAX', `data stands in braces: {{${path}}}`, { start: object.start, end: this.index });
      throw fault('SYNTAX', `attributes are not supported, only calls: .${name}()`, {
        start: object.end,
        end: this.index,
      });
    }
    const { positional, keywords } = this.#arguments();
    const [keyword] = keywords;
    if (keyword) throw fault('SYNTAX', 'methods take no named arguments', keyword[1]);
    const height = above(object, ...positional);
    return this.node({ type: 'method', object, name, positional, start: object.start, end: this.index, height });
  }

  /** What is written like a placeholder, but for its braces. */
  #pathWithoutBraces(object: Node): string | undefined {
    if (object.type !== 'name') return undefined;
    const kind = nearest(object.name, DATA_KINDS);
    const path = /^\w+((?:\.[\w%]+)+)/.exec(this.expr.slice(object.start))?.[1];
    return kind === undefined || path === undefined ? undefined : kind + path;
  }

  #call(callee: Node): Node {
    if (callee.type !== 'name') throw fault('SYNTAX', 'only functions and methods can be called', callee);
    const { positional, keywords } = this.#arguments();
    const height = above(...positional, ...keywords.values());
    const { name, start } = callee;
    return this.node({ type: 'call', name, positional, keywords, start, end: this.index, height });
  }

  #arguments(): { readonly positional: Node[]; readonly keywords: Map<string, Node> } {
    const positional: Node[] = [];
    const keywords = new Map<string, Node>();
    this.index++;
    this.gobbleSpaces();
    while (this.char !== ')') {
      const [written, name] = this.matches(lexicon.KEYWORD_ARGUMENT) ?? [];
      if (name === undefined && keywords.size > 0) throw this.unexpected('the name of an argument');
      this.index += written?.length ?? 0;
      const value = this.gobbleExpression();
      if (name === undefined) positional.push(value);
      else if (keywords.has(name)) throw fault('SYNTAX', `argument "${name}" is given twice`, value);
      else keywords.set(name, value);
      this.#comma(')');
    }
    this.index++;
    return { positional, keywords };
  }
}

function parser(text: string): Parser {
  if (text.length > MAX_SOURCE) throw fault('LIMIT', 'expression too long', { start: MAX_SOURCE, end: text.length });
  return new Parser(text);
}

/** The tree of an expression. Throws SYNTAX, NAME or LIMIT with the place. */
export function parseExpression(text: string): Node {
  return parser(text).parseExpression();
}

/** The tree of a plain text with `{{holes}}`. Throws SYNTAX, NAME or LIMIT with the place. */
export function parseTemplate(text: string): Template {
  return parser(text).parseTemplate();
}
