import { fault } from './fault.ts';
import { isComparison, type Operator } from './lexicon.ts';
import type { Node } from './syntax.ts';

/** The left operand; it is open when it came from the same row of operators, not from a pair of parentheses or a single value. */
interface Left {
  readonly node: Node;
  readonly isOpen: boolean;
}

/**
 * The node of two operands. `a < b` followed by `< c` becomes one chain, `and` and `or` take any number of operands. (The nodes are written
 * out, not spread from a common part: spreading took half of the time of parsing.)
 */
export function joined(operator: Operator, left: Left, right: Node): Node {
  const { node, isOpen } = left;
  const { start } = node;
  const { end } = right;
  const height = Math.max(node.height, right.height) + 1;
  if (operator === 'and' || operator === 'or') {
    const operands = isOpen && node.type === operator ? [...node.operands, right] : [node, right];
    return { type: operator, operands, start, end, height };
  }
  refuseBareNot(node);
  refuseBareNot(right);
  if (!isComparison(operator)) return { type: 'arithmetic', operator, left: node, right, start, end, height };
  if (isOpen && node.type === 'chain') {
    return { type: 'chain', first: node.first, rest: [...node.rest, [operator, right]], start, end, height };
  }
  return { type: 'chain', first: node, rest: [[operator, right]], start, end, height };
}

function refuseBareNot(operand: Node): void {
  if (operand.type === 'not' && !operand.isGrouped) throw fault('SYNTAX', 'put parentheses around not', operand);
}
