import { OpsbroError } from '../base/errors.ts';
import type { FoundPath } from '../model/series.ts';
import { type Element, parsePattern } from './pattern.ts';

/** More than this no pattern may stand for. */
const MOST_MATCHES = 10_000;
/** Right behind the dot in the order of characters. */
const AFTER_DOT = '/';
const BYTES = { plain: 255, tagged: 512 };
const MOST_ELEMENTS = 20;
const CONTROL = /\p{Cc}/u;

/** Why a text is no name of a series; `undefined` when it is one. */
export function nameFault(name: string): string | undefined {
  const [path = '', tags] = name.split(';', 2);
  const elements = path.split('.');
  if (elements.includes('')) return 'an element of the name is empty';
  if (elements.length > MOST_ELEMENTS) return `the name has more than ${MOST_ELEMENTS} elements`;
  if (Buffer.byteLength(name) > (tags === undefined ? BYTES.plain : BYTES.tagged)) return 'the name is too long';
  return CONTROL.test(name) ? 'the name has control characters' : undefined;
}

/** The names of all series in their order, which is made when somebody asks. */
export class Names {
  #sorted: string[] = [];
  #fresh: string[] = [];

  add(name: string): void {
    this.#fresh.push(name);
  }

  /** Begins anew with these. */
  replace(names: Iterable<string>): void {
    this.#sorted = [];
    this.#fresh = [...names];
  }

  /** The names that fit, sorted. A name with tags fits only itself. Throws `bad_request` for a wrong pattern, or more than 10 000 names. */
  matching(pattern: string): readonly string[] {
    const names = this.#inOrder();
    const found = new Set<string>();
    if (names[lowerBound(names, pattern, 0)] === pattern) found.add(pattern);
    if (!pattern.includes(';')) {
      for (const elements of parsePattern(pattern)) collect(names, elements, { found, last: 'ends' });
    }
    return [...found].sort();
  }

  /** The paths of as many elements as the pattern has that fit, sorted. A name with tags is found only by itself. Throws as `matching`. */
  find(pattern: string): readonly FoundPath[] {
    const leaves = this.matching(pattern).map((path) => ({ path, isLeaf: true }));
    const branches = new Set<string>();
    const names = this.#inOrder();
    if (!pattern.includes(';')) {
      for (const elements of parsePattern(pattern)) collect(names, elements, { found: branches, last: 'goes on' });
    }
    return [...Array.from(branches, (path) => ({ path, isLeaf: false })), ...leaves].sort(byPath);
  }

  /** The names that begin so, sorted: `limit` of them at most, those behind `after`. */
  beginningWith(
    prefix: string,
    { after, limit }: { readonly after: string; readonly limit: number },
  ): readonly string[] {
    const names = this.#inOrder();
    const first = lowerBound(names, prefix > after ? prefix : after, 0);
    const from = names[first] === after ? first + 1 : first;
    const page = names.slice(from, from + limit);
    const end = page.findIndex((name) => !name.startsWith(prefix));
    return end < 0 ? page : page.slice(0, end);
  }

  #inOrder(): readonly string[] {
    if (this.#fresh.length > 0) {
      this.#sorted = [...this.#sorted, ...this.#fresh].sort();
      this.#fresh = [];
    }
    return this.#sorted;
  }
}

/** What is looked for: names, or beginnings of names. */
interface Wanted {
  readonly found: Set<string>;
  readonly last: 'ends' | 'goes on';
}

/** Walks the sorted names element by element; what cannot fit is jumped over. */
function collect(names: readonly string[], elements: readonly Element[], { found, last }: Wanted): void {
  const walk = (prefix: string, depth: number): void => {
    const isLast = depth === elements.length - 1;
    for (const text of fittingBehind(names, prefix, elements[depth] ?? '', isLast ? last : 'goes on')) {
      if (isLast && last === 'goes on' && !hasMore(names, `${prefix}${text}.`)) continue;
      if (isLast) take(prefix + text, found);
      else walk(`${prefix}${text}.`, depth + 1);
    }
  };
  walk('', 0);
}

/** Whether names begin so. */
const hasMore = (names: readonly string[], prefix: string): boolean =>
  names[lowerBound(names, prefix, 0)]?.startsWith(prefix) === true;

const byPath = (a: FoundPath, b: FoundPath): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : Number(a.isLeaf) - Number(b.isLeaf);

/** The elements behind a prefix that fit, and with which a name ends or goes on. */
function fittingBehind(
  names: readonly string[],
  prefix: string,
  element: Element,
  where: 'ends' | 'goes on',
): readonly string[] {
  if (typeof element === 'string') {
    const name = prefix + element;
    return where === 'goes on' || names[lowerBound(names, name, 0)] === name ? [element] : [];
  }
  return [...elementsBehind(names, prefix)]
    .filter(({ text, isLeaf }) => isLeaf === (where === 'ends') && element(text))
    .map(({ text }) => text);
}

/** The different elements that follow a prefix of whole elements; one may both end names and go on. Names with tags are left out. */
function* elementsBehind(
  names: readonly string[],
  prefix: string,
): Generator<{ readonly text: string; readonly isLeaf: boolean }> {
  for (let at = lowerBound(names, prefix, 0); names[at]?.startsWith(prefix) === true; ) {
    const rest = (names[at] ?? '').slice(prefix.length);
    const dot = rest.indexOf('.');
    const isLeaf = dot < 0;
    const text = isLeaf ? rest : rest.slice(0, dot);
    if (!text.includes(';')) yield { text, isLeaf };
    at = isLeaf ? at + 1 : lowerBound(names, prefix + text + AFTER_DOT, at);
  }
}

function take(name: string, found: Set<string>): void {
  found.add(name);
  if (found.size <= MOST_MATCHES) return;
  throw new OpsbroError(
    'bad_request',
    `too many series: the pattern fits more than ${MOST_MATCHES} series; make it narrower`,
  );
}

/** The place of the first name that is not before `name`, from a place on. */
function lowerBound(names: readonly string[], name: string, from: number): number {
  let [low, high] = [from, names.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
