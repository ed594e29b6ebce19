import jsep from 'jsep';
import { fault } from './fault.ts';
import * as lexicon from './lexicon.ts';
import { MAX_HEIGHT, MAX_NESTING, MAX_NODES } from './limits.ts';
import type { Constant, Node } from './syntax.ts';

/** What jsep makes of two operands; every other node is ours. */
export interface RawBinary {
  readonly type: 'BinaryExpression';
  readonly operator: lexicon.Operator;
  readonly left: Raw;
  readonly right: Raw;
}
export type Raw = Node | RawBinary;

/** jsep's parser class, which its own types leave out. */
interface JsepParser {
  readonly expr: string;
  index: number;
  readonly char: string;
  gobbleSpaces(): void;
  gobbleExpression(): Node;
  gobbleBinaryExpression(): Raw;
  gobbleBinaryOp(): lexicon.Operator | false;
  gobbleToken(): Node;
  gobbleTokenProperty(node: Node): Node;
}
interface JsepClass {
  new (text: string): JsepParser;
  readonly hooks: Record<string, unknown>;
  removeAllBinaryOps(): void;
  removeAllUnaryOps(): void;
  removeAllLiterals(): void;
  addBinaryOp(operator: string, precedence: number, isRightAssociative: boolean): void;
}

// jsep keeps its configuration on the class, for the whole process: it is set up here and nowhere else.
const { Jsep } = jsep as unknown as { readonly Jsep: JsepClass };
delete Jsep.hooks['after-expression'];
Jsep.removeAllBinaryOps();
Jsep.removeAllUnaryOps();
Jsep.removeAllLiterals();
for (const [operator, level] of lexicon.PRECEDENCE) Jsep.addBinaryOp(operator, level, operator === '**');

/** Reads a text from left to right and keeps within the limits. Methods read from `index` on and leave `index` behind what they read. */
export class Reader extends Jsep {
  /** Operators that bind less than this end the operand being read. */
  protected minimum = 0;
  #nesting = 0;
  #nodes = 0;

  /** Steps over a word with a meaning of its own, if it stands here. */
  protected word(word: 'if' | 'else' | 'not'): boolean {
    const found = this.expr.startsWith(word, this.index) && this.match(lexicon.NAME) === word;
    if (found) this.index += word.length;
    return found;
  }

  protected match(pattern: RegExp): string | undefined {
    const start = this.index;
    pattern.lastIndex = start;
    // No match object is made: half of the time of parsing went into these.
    return pattern.test(this.expr) ? this.expr.slice(start, pattern.lastIndex) : undefined;
  }

  protected matches(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.index;
    return pattern.exec(this.expr);
  }

  /** Goes one level down; gives the minimum that applied before, for `#leave`. */
  protected enter(minimum: number): number {
    if (++this.#nesting > MAX_NESTING) throw this.tooDeep();
    const before = this.minimum;
    this.minimum = minimum;
    return before;
  }

  protected leave(minimum: number): void {
    this.#nesting--;
    this.minimum = minimum;
  }

  protected node<N extends Node>(node: N): N {
    if (++this.#nodes > MAX_NODES) throw fault('LIMIT', 'too many steps', node);
    if (node.height > MAX_HEIGHT) throw this.tooDeep();
    return node;
  }

  protected constant(value: Constant['value'], start: number): Node {
    return this.node({ type: 'constant', value, start, end: this.index, height: 1 });
  }

  protected tooDeep(): Error {
    return fault('LIMIT', 'nested too deeply', { start: this.index, end: this.index + 1 });
  }

  protected unexpected(wanted: string): Error {
    this.gobbleSpaces();
    const end = Math.min(this.index + 1, this.expr.length);
    return fault('SYNTAX', lexicon.refusal(this.expr, this.index, wanted), { start: this.index, end });
  }
}
