import { z } from 'zod';
import { pageSize } from './schemas.ts';

const DEFAULT_LIMIT = 1_000;

/** The parameters of a read in pages, for the schema of its query. */
export const PAGING = {
  limit: pageSize.optional().describe('how many at most; 1000 when left out'),
  after: z.string().max(1_024).optional().describe('X-Opsbro-Next of the page before, unescaped'),
};

interface Asked {
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

/** What one page holds, and what its head says of the next one. */
export interface Paged<Item> {
  readonly items: readonly Item[];
  readonly headers: Readonly<Record<string, string>>;
}

/** The items behind the cursor, in the order of their keys by code units; `keep` are the other parameters that the next page needs. */
export function pageOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  asked: Asked,
  keep: Readonly<Record<string, string | undefined>> = {},
): Paged<Item> {
  const { limit = DEFAULT_LIMIT, after } = asked;
  const behind = after === undefined ? [...items] : items.filter((item) => keyOf(item) > after);
  behind.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const page = behind.slice(0, limit);
  const last = page.at(-1);
  if (last === undefined || page.length === behind.length) return { items: page, headers: {} };
  return { items: page, headers: nextPage(keyOf(last), { limit: String(limit), ...keep }) };
}

/** What the head of a page says when more is to come behind `cursor`. */
export function nextPage(
  cursor: string,
  parameters: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const query = new URLSearchParams([...given, ['after', cursor]]);
  return { 'x-opsbro-next': encodeURIComponent(cursor), link: `<?${query}>; rel="next"` };
}
