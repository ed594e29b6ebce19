import { fault } from './fault.ts';
import { parseExpression } from './parser.ts';
import type { Node } from './syntax.ts';

/** A piece of an expression that has a value of its own. */
export interface ExpressionPart {
  readonly text: string;
  /** Characters from the start of the expression. */
  readonly offset: number;
  /** What it is made of; written values are left out. */
  readonly parts: readonly ExpressionPart[];
}

const MAX_PARTS = 200;

/** Takes an expression apart. Throws `expression` when it cannot be read, or has more than 200 parts. */
export function partsOf(text: string): ExpressionPart {
  let count = 0;
  const partOf = (node: Node): ExpressionPart => {
    if (++count > MAX_PARTS) throw fault('LIMIT', `an expression of more than ${MAX_PARTS} parts cannot be explained`);
    const parts = operandsOf(node).filter(({ type }) => type !== 'constant');
    return { text: text.slice(node.start, node.end), offset: node.start, parts: parts.map(partOf) };
  };
  return partOf(parseExpression(text));
}

function operandsOf(node: Node): readonly Node[] {
  switch (node.type) {
    case 'constant':
    case 'name':
      return [];
    case 'template':
      return node.parts.filter((part) => typeof part !== 'string');
    case 'placeholder':
      return node.preset ? [node.preset] : [];
    case 'list':
    case 'tuple':
      return node.items;
    case 'dict':
      return node.entries.flat();
    case 'sign':
    case 'not':
      return [node.operand];
    case 'arithmetic':
      return [node.left, node.right];
    case 'chain':
      return [node.first, ...node.rest.map(([, operand]) => operand)];
    case 'and':
    case 'or':
      return node.operands;
    case 'conditional':
      return [node.test, node.yes, node.no];
    case 'index':
      return [node.object, node.index];
    case 'call':
      return [...node.positional, ...node.keywords.values()];
    case 'method':
      return [node.object, ...node.positional];
  }
}
