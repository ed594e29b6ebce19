import * as jinja from '@huggingface/jinja';

/** A value as the engine has it. */
export interface Value {
  readonly type: string;
  readonly value: unknown;
}

/** A piece of a template, taken apart. */
export interface Node {
  readonly type: string;
}

/** Names and what they stand for. */
interface Scope {
  set(name: string, value: unknown): Value;
}

interface Engine {
  evaluate(node: Node | undefined, scope: Scope): Value;
  run(program: Node): Value;
}

// The types that the library brings cannot be found from here: they name their files without endings.
const { Environment, Interpreter, parse, tokenize } = jinja as unknown as {
  readonly Environment: new () => Scope;
  readonly Interpreter: new (scope: Scope) => Engine;
  parse(tokens: unknown): Node;
  tokenize(source: string, options: { readonly lstrip_blocks: boolean; readonly trim_blocks: boolean }): unknown;
};

/** An empty set of names. */
export const newScope = (): Scope => new Environment();

/** Takes a template apart: blocks take the blanks before them and the newline after them along. Throws what is wrong with it. */
export const parseTemplate = (source: string): Node =>
  parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));

export { Interpreter, type Scope };
