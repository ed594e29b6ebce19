import type { DataKind } from './contract.ts';
import type { Span } from './fault.ts';
import type { Path } from './paths.ts';
import type { Value } from './values.ts';

/** A part of an expression. `height` counts the parts on the longest way down. */
interface Part extends Span {
  readonly height: number;
}

export interface Constant extends Part {
  readonly type: 'constant';
  readonly value: Value;
}

/** A quoted text with holes. */
export interface Template extends Part {
  readonly type: 'template';
  readonly parts: readonly (string | Placeholder)[];
}

export interface Placeholder extends Part {
  readonly type: 'placeholder';
  readonly kind: DataKind;
  /** Tried in turn. */
  readonly paths: readonly [Path, ...Path[]];
  readonly preset: Node | undefined;
}

export interface Sequence extends Part {
  readonly type: 'list' | 'tuple';
  readonly items: readonly Node[];
}

export interface DictDisplay extends Part {
  readonly type: 'dict';
  readonly entries: readonly (readonly [Node, Node])[];
}

/** A bare name. */
export interface Name extends Part {
  readonly type: 'name';
  readonly name: string;
}

export interface Sign extends Part {
  readonly type: 'sign';
  readonly operator: '-' | '+';
  readonly operand: Node;
}

export interface Not extends Part {
  readonly type: 'not';
  readonly operand: Node;
  /** It stands in parentheses, so that it may be an operand of anything. */
  readonly isGrouped: boolean;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '**' | '|' | '^' | '&';

export interface Arithmetic extends Part {
  readonly type: 'arithmetic';
  readonly operator: ArithmeticOperator;
  readonly left: Node;
  readonly right: Node;
}

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

/** `a < b < c`: each operand is compared with the one before. */
export interface Chain extends Part {
  readonly type: 'chain';
  readonly first: Node;
  readonly rest: readonly (readonly [Comparison, Node])[];
}

export interface Logical extends Part {
  readonly type: 'and' | 'or';
  readonly operands: readonly Node[];
}

export interface Conditional extends Part {
  readonly type: 'conditional';
  readonly test: Node;
  readonly yes: Node;
  readonly no: Node;
}

export interface Index extends Part {
  readonly type: 'index';
  readonly object: Node;
  readonly index: Node;
}

export interface Call extends Part {
  readonly type: 'call';
  readonly name: string;
  readonly positional: readonly Node[];
  readonly keywords: ReadonlyMap<string, Node>;
}

export interface MethodCall extends Part {
  readonly type: 'method';
  readonly object: Node;
  readonly name: string;
  readonly positional: readonly Node[];
}

export type Node =
  | Constant
  | Template
  | Placeholder
  | Sequence
  | DictDisplay
  | Name
  | Sign
  | Not
  | Arithmetic
  | Chain
  | Logical
  | Conditional
  | Index
  | Call
  | MethodCall;

/** The height of a part over these. */
export const above = (...parts: readonly Node[]): number =>
  parts.reduce((most, { height }) => Math.max(most, height), 0) + 1;
