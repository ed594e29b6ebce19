import type { IncomingHttpHeaders } from 'node:http';
import { escaped } from './escape.ts';
import { allPages } from './pages.ts';
import type { Terminal } from './terminal.ts';

const MOST = '10000';

interface Value {
  readonly name: string;
  readonly value: number;
}

interface Query {
  readonly limit: string;
  readonly after: string | undefined;
  readonly prefix: string | undefined;
}

type Page = (query: Query) => Promise<{ readonly body: readonly Value[]; readonly headers: IncomingHttpHeaders }>;

/** Shows what statsd has of one kind, all pages of it; `title` stands above the values. */
export async function showStatsd(
  page: Page,
  { prefix, title }: { readonly prefix: string | undefined; readonly title: string },
  terminal: Terminal,
): Promise<void> {
  const values = await allPages((after) => page({ limit: MOST, after, prefix }));
  const rows = values.map(({ name, value }) => [escaped(name), String(value)]);
  terminal.show(values, () => terminal.table([{ title: 'NAME' }, { title, align: 'right' }], rows, 'nothing yet'));
}
