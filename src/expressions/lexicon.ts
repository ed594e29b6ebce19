import type { ArithmeticOperator, Comparison } from './syntax.ts';

export type Operator = ArithmeticOperator | Comparison | 'and' | 'or';

/** How tightly an operator binds. Level 0 is the conditional, 12 are calls and indexes. */
export const PRECEDENCE: ReadonlyMap<Operator, number> = new Map([
  ['or', 1],
  ['and', 2],
  ...(['in', 'not in', '==', '!=', '<', '<=', '>', '>='] as const).map((operator) => [operator, 4] as const),
  ['|', 5],
  ['^', 6],
  ['&', 7],
  ['+', 8],
  ['-', 8],
  ['*', 9],
  ['/', 9],
  ['%', 9],
  ['**', 11],
]);
/** What the operands of the prefix operators take at least. */
export const NOT_OPERAND = 4;
export const SIGN_OPERAND = 11;

const COMPARISONS = new Set<Operator>(['in', 'not in', '==', '!=', '<', '<=', '>', '>=']);
export const isComparison = (operator: Operator): operator is Comparison => COMPARISONS.has(operator);

/** At the place where an operator may stand: what looks like one, also the wrong ones. */
export const OPERATOR =
  /\/\/|<<|>>|<>|===|!==|&&|\|\||\*\*|==|!=|<=|>=|[-+*/%<>|^&]|(?:not[ \t\r\n]+in|in|and|or)(?![A-Za-z0-9_])/y;
/** What most often stands behind an operand instead of an operator; looked at first, as that is cheaper. */
export const ENDS_OPERAND: ReadonlySet<string> = new Set(['', ')', ']', '}', ',', ':']);
/** Only these begin a number. */
export const BEGINS_NUMBER: ReadonlySet<string> = new Set('.0123456789');
export const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
export const NUMBER = /0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
export const KEYWORD_ARGUMENT = /([A-Za-z_][A-Za-z0-9_]*)[ \t\r\n]*=(?!=)/y;
/** The single-brace form of a placeholder; a dict never looks like it. */
export const SEED_PLACEHOLDER = /\{(?:collector|configuration|parameters|variables)\.[^{}]*\}/y;

/** Words with a meaning of their own, which cannot be names. */
export const RESERVED = new Set(['and', 'or', 'not', 'in', 'if', 'else', 'is', 'lambda', 'for']);

/** What Python has and this language has not, by how it begins. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/is\b/y, '"is" is not supported, write =='],
  [/for\b/y, 'comprehensions are not supported'],
  [/lambda\b/y, 'lambda is not supported'],
  [/===/y, '=== is not supported, write =='],
  [/!==/y, '!== is not supported, write !='],
  [/<>/y, '<> is not supported, write !='],
  [/&&/y, '&& is not supported, write and'],
  [/\|\|/y, '|| is not supported outside of a placeholder, write or'],
  [/!(?!=)/y, '! is not supported, write not'],
  [/\/\//y, '// is not supported, write int(a / b)'],
  [/<<|>>/y, 'shifts are not supported'],
  [/~/y, '~ is not supported'],
  [/\*\*?(?=[A-Za-z_[({])/y, '*args and **kw are not supported'],
  [/\?/y, '?: is not supported, write x if condition else y'],
  [/:/y, 'slices are not supported'],
  [/=(?!=)/y, 'assignment is not supported, write == to compare'],
  [/`/y, 'backquotes are not supported'],
  [/#/y, 'comments are not supported'],
  [/[A-Za-z]{1,2}['"]/y, 'prefixes of texts are not supported'],
  [/\/[A-Za-z_.]/y, 'a path needs quotes'],
  [/['"0-9A-Za-z_[({$;]/y, 'two expressions after each other'],
];

/** Says what is wrong with the text at a place where it cannot go on like this. */
export function refusal(text: string, index: number, wanted: string): string {
  if (index >= text.length) return `${wanted} is missing at the end`;
  for (const [pattern, message] of REFUSED) {
    pattern.lastIndex = index;
    if (pattern.test(text)) return message;
  }
  return `unexpected ${JSON.stringify(String.fromCodePoint(text.codePointAt(index) ?? 0))}, ${wanted} is missing`;
}
