import type { ExpressionPart } from '../expressions/parts.ts';
import { jsonOf } from '../expressions/values.ts';
import type { Evaluated } from '../model/expression.ts';

/** A part of an expression with its value, as the API shows it. */
interface ExplainedJson {
  readonly text: string;
  readonly offset: number;
  readonly type: Evaluated['type'];
  /** The value in the words of the language, or why there is none. */
  readonly shown: string;
  /** Only if it has one. */
  readonly value?: unknown;
  readonly parts: readonly ExplainedJson[];
}

/** Works out every part of an expression, also those that the whole would not reach. */
export async function explained(
  { text, offset, parts }: ExpressionPart,
  evaluate: (text: string) => Promise<Evaluated>,
): Promise<ExplainedJson> {
  const outcome = await evaluate(text);
  const below: ExplainedJson[] = [];
  for (const part of parts) below.push(await explained(part, evaluate));
  const value = outcome.type === 'value' ? { value: jsonOf(outcome.value) } : {};
  return { text, offset, type: outcome.type, shown: shownOf(outcome), ...value, parts: below };
}

function shownOf(outcome: Evaluated): string {
  if (outcome.type === 'value') return outcome.text;
  return outcome.type === 'missing' ? `missing: ${outcome.path} (${outcome.reason})` : `error: ${outcome.message}`;
}
