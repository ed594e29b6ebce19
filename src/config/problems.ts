import type { Problem } from '../model/pack.ts';
import { mentionsSecret } from './secrets.ts';

const LONGEST_LINE = 200;

/** Problems with those of one file together, from its first line to its last; the files in the order in which they were first named. */
export function byFileAndLine<P extends Pick<Problem, 'file' | 'line' | 'column'>>(
  problems: readonly P[],
): readonly P[] {
  const places = new Map([...new Set(problems.map(({ file }) => file))].map((file, at) => [file, at]));
  const placeOf = ({ file }: P) => places.get(file) ?? 0;
  return problems.toSorted((a, b) => placeOf(a) - placeOf(b) || a.line - b.line || a.column - b.column);
}

/** The line a problem is in and, below it, a caret at its column. */
export interface Excerpt {
  readonly line: string;
  readonly caret: string;
}

/** Shows where in a text a problem is; nothing when it has no place there, or when a secret stands on the line or above it. */
export function excerptOf(text: string, { line, column }: Pick<Problem, 'line' | 'column'>): Excerpt | undefined {
  const lines = text.split(/\r?\n/);
  const source = lines[line - 1];
  if (source === undefined || source.length > LONGEST_LINE || isSecretPlace(lines, line - 1)) return undefined;
  // A tab as wide as any other sign, so that the caret stands below what it means.
  return { line: source.replaceAll('\t', ' '), caret: `${' '.repeat(Math.max(0, column - 1))}^` };
}

/** A secret may go over several lines; what it belongs to is indented less. */
function isSecretPlace(lines: readonly string[], index: number): boolean {
  let indent = Number.POSITIVE_INFINITY;
  for (let at = index; at >= 0 && indent > 0; at--) {
    const line = lines[at] ?? '';
    const own = line.search(/\S/);
    if (own < 0 || own >= indent) continue;
    if (mentionsSecret(line)) return true;
    indent = own;
  }
  return false;
}
