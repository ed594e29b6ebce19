import type { ExpressionFunction } from '../expressions/contract.ts';
import type { ReloadPreviewJson } from '../http/schemas.ts';
import { type Judged, rulesOf } from './object-rules.ts';
import { judgePosted, type Place, type PostedText } from './posted.ts';

/** A text to judge, and what there is to know for it. */
export interface JudgeItem extends Pick<Place, 'directory' | 'shipped'> {
  readonly posted: PostedText;
  readonly checks: Judged['checks'];
  readonly functions: Iterable<Omit<ExpressionFunction, 'configure'>>;
}

/** Judges a text where it holds up nobody, in a thread: functions are known there by their names and arguments, and never called. */
export default function judge({ posted, directory, shipped, ...known }: JudgeItem): Promise<ReloadPreviewJson> {
  // Of an error nobody looks at more than its message, and a text may be wrong in a hundred thousand places.
  Error.stackTraceLimit = 0;
  const functions = Array.from(known.functions, (one): ExpressionFunction => ({ ...one, configure: notCalled }));
  return judgePosted(posted, { directory, shipped, rules: rulesOf({ checks: known.checks, functions }) });
}

function notCalled(): never {
  throw new Error('expressions are not evaluated here');
}
