import { OpsbroError } from '../base/errors.ts';
import { patterns } from '../base/regex.ts';
import { tagsOf } from '../model/series-name.ts';

const MOST_EXPRESSIONS = 64;
const MOST_MATCHES = 10_000;
const EXPRESSION = /^([^;!^=]+)(!?=~?)(.*)$/s;

/** What a tag must be; the value is empty where a series does not have the tag. */
interface Requirement {
  readonly tag: string;
  /** A series without the tag does not fit. */
  readonly isPositive: boolean;
  fits(value: string): boolean;
}

/** Requirements that a series must all fit. */
export type TagQuery = readonly Requirement[];

/** Reads tag expressions. Throws `bad_request` for wrong ones, and when none of them asks for a value that is not empty. */
export async function parseTagQuery(expressions: readonly string[]): Promise<TagQuery> {
  if (expressions.length > MOST_EXPRESSIONS) throw bad(`more than ${MOST_EXPRESSIONS} tag expressions`);
  const query = await Promise.all(expressions.map(requirementOf));
  if (query.some(({ isPositive }) => isPositive)) return query;
  throw bad('at least one tag expression must ask for a value that is not empty, such as "env=prod"');
}

async function requirementOf(written: string): Promise<Requirement> {
  const [, tag, operator = '', value = ''] = EXPRESSION.exec(written) ?? [];
  if (tag === undefined)
    throw bad(`"${written.slice(0, 64)}" is no tag expression; write one such as env=prod or env=~prod|test`);
  const isNegated = operator.startsWith('!');
  const fits = operator.endsWith('~') ? await beginning(value) : (own: string) => own === value;
  return {
    tag,
    isPositive: isNegated ? fits('') : !fits(''),
    fits: isNegated ? (own) => !fits(own) : fits,
  };
}

/** Regular expressions need only fit the beginning of a value. */
async function beginning(written: string): Promise<(value: string) => boolean> {
  const pattern = await patterns(written);
  return (value) => pattern.begins(value);
}

/** The names that fit, sorted. Throws `bad_request` for more than 10,000. */
export function taggedNames(names: Iterable<string>, query: TagQuery): readonly string[] {
  // Most series have no tags, and need not be looked at where some are asked for.
  const isOfTagged = query.some(({ tag, isPositive }) => isPositive && tag !== 'name');
  const found: string[] = [];
  for (const name of names) {
    if (isOfTagged && !name.includes(';')) continue;
    const tags = tagsOf(name);
    if (!query.every(({ tag, fits }) => fits(tags.get(tag) ?? ''))) continue;
    found.push(name);
    if (found.length > MOST_MATCHES)
      throw bad(`too many series: the tags fit more than ${MOST_MATCHES}; ask for fewer`);
  }
  return found.sort();
}

/** How many series have each value of a tag; of every tag when there is no name. */
export function countTags(names: Iterable<string>, only?: string): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const counts = new Map<string, Map<string, number>>();
  const isOfTagged = only !== undefined && only !== 'name';
  for (const name of names) {
    if (isOfTagged && !name.includes(';')) continue;
    for (const [tag, value] of tagsOf(name)) {
      if (only !== undefined && tag !== only) continue;
      const values = counts.get(tag) ?? new Map<string, number>();
      counts.set(tag, values.set(value, (values.get(value) ?? 0) + 1));
    }
  }
  return counts;
}

const bad = (text: string): OpsbroError => new OpsbroError('bad_request', text);
