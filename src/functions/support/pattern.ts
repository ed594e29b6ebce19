import { fault } from '../../expressions/fault.ts';

const MAX_PATTERN = 512;
const UNSUPPORTED: readonly (readonly [RegExp, string])[] = [
  [/\(\?[=!]/, 'look-ahead'],
  [/\(\?<[=!]/, 'look-behind'],
  [/\\[1-9]/, 'back reference'],
];

/** A regular expression, ready to be looked for. */
interface LineMatcher {
  /** Takes a time that is linear in the line. */
  matches(line: string): boolean;
  /** How much a character costs: 1 for a plain pattern, more the longer it is with its repetitions written out. */
  readonly effort: number;
}

/** Steps of a pattern up to which a character costs no more. */
const PLAIN_STEPS = 32;

/** Prepares a regular expression. Throws FUNCTION for one that is wrong, or of a kind for which no time is guaranteed, LIMIT for a long one. */
export async function lineMatcher(pattern: string): Promise<LineMatcher> {
  if (pattern.length > MAX_PATTERN) throw fault('LIMIT', `a pattern has at most ${MAX_PATTERN} characters`);
  for (const [sign, name] of UNSUPPORTED) {
    if (sign.test(pattern)) throw fault('FUNCTION', `pattern not supported: ${name}`);
  }
  // Loaded when the first pattern is used: most nodes have none.
  const { RE2JS, RE2JSException } = await import('re2js');
  try {
    const compiled = RE2JS.compile(pattern);
    const effort = Math.max(1, compiled.programSize() / PLAIN_STEPS);
    return { matches: (line) => compiled.matcher(line).find(), effort };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw fault('FUNCTION', `pattern not supported: ${error.message.replace(/^error parsing regexp: /, '')}`);
  }
}
