import { OpsbroError } from '../base/errors.ts';
import { EXPRESSION_FAULTS, type ExpressionFault } from '../model/expression.ts';

/** A piece of an expression's text: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The error of an expression; code, offset and length travel in its details. */
export function fault(code: ExpressionFault, message: string, at?: Span): OpsbroError {
  const place = at ? { offset: at.start, length: at.end - at.start } : {};
  return new OpsbroError('expression', message, { details: { code, ...place } });
}

/** The expression's code in an error made by `fault`; FUNCTION for any other error, since only functions can throw one. */
export function faultCode(error: unknown): ExpressionFault {
  const { code } = detailsOf(error);
  return EXPRESSION_FAULTS.find((known) => known === code) ?? 'FUNCTION';
}

/** The place in an error made by `fault`, if it was given. */
export function placeOf(error: unknown): Span | undefined {
  const { offset, length } = detailsOf(error);
  return typeof offset === 'number' && typeof length === 'number' ? { start: offset, end: offset + length } : undefined;
}

const detailsOf = (error: unknown): Readonly<Record<string, unknown>> =>
  (error instanceof OpsbroError && error.code === 'expression' && error.details) || {};
