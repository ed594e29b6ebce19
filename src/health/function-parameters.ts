/** What a function of JavaScript takes, read from its source. Pure. */
import type { ActionParameter } from '../model/health.ts';
import type { Yaml } from '../model/pack.ts';

/** The parameters of a function. */
export interface Signature {
  readonly parameters: readonly ActionParameter[];
  /** It takes any number of further arguments. */
  readonly takesRest: boolean;
}

const CLOSER: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);
const SKIPPED = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|`(?:[^`\\]|\\[\s\S])*`/y;
const LONE = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u;
const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Reads the parameters of a function from what its `toString()` gives. */
export function signatureOf(source: string): Signature {
  const lone = LONE.exec(source.trim())?.[1];
  const written = lone === undefined ? partsOf(source) : [lone];
  const isRest = (part: string) => part.startsWith('...');
  return {
    parameters: written.filter((part) => !isRest(part)).map(parameterOf),
    takesRest: written.some(isRest),
  };
}

function parameterOf(written: string, index: number): ActionParameter {
  const [, left = written, right] = /^([^=]*?)\s*=\s*([\s\S]*)$/.exec(written) ?? [];
  const name = NAME.test(left.trim()) ? left.trim() : `arg${index + 1}`;
  return { name, isRequired: right === undefined, defaultValue: right === undefined ? null : literalOf(right.trim()) };
}

/** The texts between the commas of the first parentheses. */
function partsOf(source: string): string[] {
  const parts: string[] = [];
  const open: string[] = [];
  let part = '';
  let at = source.indexOf('(');
  while (at >= 0 && at < source.length) {
    const skipped = skippedAt(source, at);
    const sign = skipped === '' ? (source[at] ?? '') : skipped;
    at += sign.length;
    nest(open, sign);
    if (open.length === 0) break;
    if (open.length === 1 && (sign === ',' || sign === '(')) {
      parts.push(part);
      part = '';
    } else if (!isComment(sign)) part += sign;
  }
  return [...parts, part].map((each) => each.trim()).filter((each) => each !== '');
}

/** Keeps the closing signs that are waited for. */
function nest(open: string[], sign: string): void {
  const closer = CLOSER.get(sign);
  if (closer !== undefined) open.push(closer);
  else if (sign === open.at(-1)) open.pop();
}

const isComment = (sign: string): boolean => sign.startsWith('//') || sign.startsWith('/*');

function skippedAt(source: string, at: number): string {
  SKIPPED.lastIndex = at;
  return SKIPPED.exec(source)?.[0] ?? '';
}

/** The value of a plain literal; `null` for anything that would have to be run. */
function literalOf(text: string): Yaml {
  const quoted = /^(['"`])([\s\S]*)\1$/.exec(text)?.[2];
  if (quoted !== undefined && !quoted.includes('\\') && !quoted.includes('${')) return quoted;
  try {
    return JSON.parse(text) as Yaml;
  } catch {
    return null;
  }
}
