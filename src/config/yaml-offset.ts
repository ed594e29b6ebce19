import { isScalar, type Scalar } from 'yaml';

/**
 * Where in a file the character `offset` of a scalar's value stands. White space is folded, cut and indented in many ways, so the answer
 * is found by counting all other characters; `undefined` when the scalar stands nowhere, as one behind an alias.
 */
export function offsetInFile(node: unknown, offset: number, text: string): number | undefined {
  if (!isScalar(node) || !node.range || typeof node.value === 'object') return undefined;
  const [start, end] = node.range;
  const before = String(node.value).slice(0, offset);
  const units = unitsOf(node, text.slice(start, end));
  const wanted = before.replace(/\s/g, '').length;
  const solid = units.filter(({ isBlank }) => !isBlank);
  const unit = solid[wanted];
  if (unit) return start + unit.at;
  const last = solid.at(-1);
  return start + (last ? last.at + 1 : 0);
}

/** What stands in the file for one character of the value. */
interface Unit {
  /** Characters from the start of the scalar. */
  readonly at: number;
  readonly isBlank: boolean;
}

/** A blank that is written as an escape is no white space of the file, but it is of the value. */
const ESCAPED_BLANK = /^\\(?:[ tnrvf\n_NLP]|x20|x09|x0a|x0d)/i;
const DOUBLE_QUOTED = /\\x[\dA-Fa-f]{2}|\\u[\dA-Fa-f]{4}|\\U[\dA-Fa-f]{8}|\\[\s\S]|[\s\S]/g;
const SINGLE_QUOTED = /''|[\s\S]/g;

function unitsOf({ type }: Scalar, source: string): readonly Unit[] {
  switch (type) {
    case 'QUOTE_DOUBLE':
      return within(source, 1, source.length - 1, DOUBLE_QUOTED);
    case 'QUOTE_SINGLE':
      return within(source, 1, source.length - 1, SINGLE_QUOTED);
    case 'BLOCK_LITERAL':
    case 'BLOCK_FOLDED':
      // The first line only says how the others are meant.
      return within(source, source.indexOf('\n') + 1, source.length, /[\s\S]/g);
    default:
      return within(source, 0, source.length, /[\s\S]/g);
  }
}

function within(source: string, from: number, to: number, pattern: RegExp): readonly Unit[] {
  return Array.from(source.slice(from, to).matchAll(pattern), ({ 0: written, index }) => ({
    at: from + index,
    isBlank: /^\s/.test(written) || ESCAPED_BLANK.test(written),
  }));
}
