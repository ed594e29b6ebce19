import { fault } from './fault.ts';
import { isComparison, type Operator } from './lexicon.ts';
import { above, type Node } from './syntax.ts';

/** The left operand; it is open when it came from the same row of operators, not from a pair of parentheses or a single value. */
interface Left {
  readonly node: Node;
  readonly isOpen: boolean;
}

/** The node of two operands. `a < b` followed by `< c` becomes one chain, `and` and `or` take any number of operands. */
export function joined(operator: Operator, { node: left, isOpen }: Left, right: Node): Node {
  const span = { start: left.start, end: right.end, height: above(left, right) };
  if (operator === 'and' || operator === 'or') {
    const before = isOpen && left.type === operator ? left.operands : [left];
    return { ...span, type: operator, operands: [...before, right] };
  }
  refuseBareNot(left);
  refuseBareNot(right);
  if (!isComparison(operator)) return { ...span, type: 'arithmetic', operator, left, right };
  if (isOpen && left.type === 'chain') return { ...left, ...span, rest: [...left.rest, [operator, right]] };
  return { ...span, type: 'chain', first: left, rest: [[operator, right]] };
}

function refuseBareNot(operand: Node): void {
  if (operand.type === 'not' && !operand.isGrouped) throw fault('SYNTAX', 'put parentheses around not', operand);
}
