import type { IncomingHttpHeaders } from 'node:http';

/** One page of a list. */
interface Page<Item> {
  readonly body: readonly Item[];
  readonly headers: IncomingHttpHeaders;
}

/** Where the next page begins; `undefined` behind the last one. */
export function cursorIn(headers: IncomingHttpHeaders): string | undefined {
  const next = headers['x-opsbro-next'];
  return typeof next === 'string' ? decodeURIComponent(next) : undefined;
}

/** The items of all pages; `page` asks for the one that begins behind `after`, without it for the first. */
export async function allPages<Item>(page: (after: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const { body, headers } = await page(after);
    items.push(...body);
    after = cursorIn(headers);
  } while (after !== undefined);
  return items;
}
