import { fault } from '../../expressions/fault.ts';

const MAX_PATTERN = 512;
const UNSUPPORTED: readonly (readonly [RegExp, string])[] = [
  [/\(\?[=!]/, 'look-ahead'],
  [/\(\?<[=!]/, 'look-behind'],
  [/\\[1-9]/, 'back reference'],
];

/**
 * Whether a line matches a regular expression, in time linear in the line. Throws FUNCTION for a pattern that is wrong, too long, or of
 * a kind for which there is no such guarantee.
 */
export async function lineMatcher(pattern: string): Promise<(line: string) => boolean> {
  if (pattern.length > MAX_PATTERN) throw fault('LIMIT', `a pattern has at most ${MAX_PATTERN} characters`);
  for (const [sign, name] of UNSUPPORTED) {
    if (sign.test(pattern)) throw fault('FUNCTION', `pattern not supported: ${name}`);
  }
  // Loaded when the first pattern is used: most nodes have none.
  const { RE2JS, RE2JSException } = await import('re2js');
  try {
    const compiled = RE2JS.compile(pattern);
    return (line) => compiled.matcher(line).find();
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw fault('FUNCTION', `pattern not supported: ${error.message.replace(/^error parsing regexp: /, '')}`);
  }
}
