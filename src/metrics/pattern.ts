import { OpsbroError } from '../base/errors.ts';
import { matchesGlob } from '../base/glob.ts';

const MOST_LENGTH = 1_024;
const MOST_ALTERNATIVES = 1_024;

/** One element of a pattern, between dots: a text that must be the same, or a test. */
export type Element = string | ((element: string) => boolean);

/** The ways to read a pattern whose braces may hold dots. Throws `bad_request` for one that is too long or stands for too much. */
export function parsePattern(pattern: string): readonly (readonly Element[])[] {
  if (pattern.length > MOST_LENGTH) throw bad(`the pattern is longer than ${MOST_LENGTH} characters`);
  return expandBraces(pattern).map((plain) => plain.split('.').map(elementOf));
}

/** `a{b,c{d,e}}` as `ab`, `acd`, `ace`. */
function expandBraces(pattern: string): readonly string[] {
  const done: string[] = [];
  const open = [pattern];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const parts = firstBraces(next);
    if (!parts) done.push(next);
    else for (const choice of parts.choices) open.push(parts.before + choice + parts.after);
    if (done.length + open.length > MOST_ALTERNATIVES)
      throw bad(`the braces stand for more than ${MOST_ALTERNATIVES} names`);
  }
  return [...new Set(done)].sort();
}

interface Braces {
  readonly before: string;
  readonly choices: readonly string[];
  readonly after: string;
}

/** The first outermost pair of braces; `undefined` when there is none, or it is not closed. */
function firstBraces(pattern: string): Braces | undefined {
  const from = pattern.indexOf('{');
  if (from < 0) return undefined;
  const choices: string[] = [];
  let depth = 0;
  let start = from + 1;
  for (let at = from; at < pattern.length; at++) {
    const sign = pattern[at];
    if (sign === '{') depth += 1;
    if (sign === '}') depth -= 1;
    if ((sign === ',' && depth === 1) || depth === 0) {
      choices.push(pattern.slice(start, at));
      start = at + 1;
    }
    if (depth === 0) return { before: pattern.slice(0, from), choices, after: pattern.slice(at + 1) };
  }
  throw bad('a brace of the pattern is not closed');
}

function elementOf(written: string): Element {
  if (!/[*?[]/.test(written)) return written;
  if (!written.includes('[')) return (element) => matchesGlob(written, element);
  return classMatcher(written);
}

interface Sign {
  readonly kind: 'any' | 'one';
  has(character: string): boolean;
}

const anything = () => true;

/** As `matchesGlob`, for patterns with classes of characters as well; takes no longer than the product of the lengths. */
function classMatcher(written: string): (element: string) => boolean {
  const signs = signsOf(written);
  return (element) => {
    // Which beginnings of the element the signs so far can stand for.
    let reached: ReadonlySet<number> = new Set([0]);
    for (const sign of signs) reached = afterSign(sign, element, reached);
    return reached.has(element.length);
  };
}

function afterSign(sign: Sign, element: string, reached: ReadonlySet<number>): ReadonlySet<number> {
  const next = new Set<number>();
  if (sign.kind === 'any') {
    for (let end = Math.min(...reached); end <= element.length; end++) next.add(end);
    return next;
  }
  for (const at of reached) {
    const character = element[at];
    if (character !== undefined && sign.has(character)) next.add(at + 1);
  }
  return next;
}

function signsOf(written: string): readonly Sign[] {
  const signs: Sign[] = [];
  for (let at = 0; at < written.length; at++) {
    const character = written[at] ?? '';
    const end = character === '[' ? written.indexOf(']', at + 2) : -1;
    if (end > 0) {
      signs.push(classOf(written.slice(at + 1, end)));
      at = end;
    } else if (character === '*') signs.push({ kind: 'any', has: anything });
    else if (character === '?') signs.push({ kind: 'one', has: anything });
    else signs.push({ kind: 'one', has: (other) => other === character });
  }
  return signs;
}

function classOf(written: string): Sign {
  const isNegated = written.startsWith('!');
  const members = isNegated ? written.slice(1) : written;
  const ranges = Array.from(members.matchAll(/(.)-(.)|(.)/gs), ([, from, until, single]) => ({
    from: from ?? single ?? '',
    until: until ?? single ?? '',
  }));
  return {
    kind: 'one',
    has: (character) => ranges.some(({ from, until }) => character >= from && character <= until) !== isNegated,
  };
}

const bad = (text: string): OpsbroError => new OpsbroError('bad_request', text);
