import { messageOf, OpsbroError } from './errors.ts';

/** A compiled regular expression. */
export interface Pattern {
  /** Whether it fits anywhere in a text. */
  find(text: string): boolean;
  /** Whether it fits at the beginning of a text. */
  begins(text: string): boolean;
  /** Every place where it fits replaced; `\1` stands for what is in the first parentheses. */
  replace(text: string, replacement: string): string;
}

/** Makes patterns of texts. Throws `bad_request` for what is no regular expression of RE2. */
export type Patterns = (written: string) => Promise<Pattern>;

const MOST_LENGTH = 512;
const MOST_KEPT = 200;
const kept = new Map<string, Pattern>();

/** Patterns of RE2, which is loaded with the first one. */
export const patterns: Patterns = async (written) => {
  const known = kept.get(written);
  if (known) return known;
  if (written.length > MOST_LENGTH)
    throw new OpsbroError('bad_request', `a pattern is longer than ${MOST_LENGTH} characters`);
  const { RE2JS } = await import('re2js');
  try {
    const compiled = RE2JS.compile(written);
    const pattern: Pattern = {
      find: (text) => compiled.matcher(text).find(),
      begins: (text) => compiled.matcher(text).lookingAt(),
      replace(text, replacement) {
        const matcher = compiled.matcher(text);
        let [replaced, at] = ['', 0];
        while (matcher.find()) {
          const group = (number: string): string =>
            Number(number) <= matcher.groupCount() ? (matcher.group(Number(number)) ?? '') : '';
          replaced +=
            text.slice(at, matcher.start()) + replacement.replace(/\\(\d)/g, (_, number: string) => group(number));
          at = matcher.end();
        }
        return replaced + text.slice(at);
      },
    };
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(written, pattern);
    return pattern;
  } catch (cause) {
    throw new OpsbroError('bad_request', `"${written.slice(0, 64)}" is no regular expression: ${messageOf(cause)}`, {
      cause,
    });
  }
};
