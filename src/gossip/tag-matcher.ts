import type { Condition } from './serf/effects.ts';

/**
 * Whether all texts match their expressions (RE2 syntax, not anchored, in time linear in the text). Throws on an expression that is none.
 */
export async function matchesAll(conditions: readonly Condition[]): Promise<boolean> {
  // Loaded when the first expression needs it: most pools filter by plain text.
  const { RE2JS } = await import('re2js');
  return conditions.every(({ expression, text }) => RE2JS.compile(expression).matcher(text).find());
}
