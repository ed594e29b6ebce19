import type { AgentClient } from '../../client.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';

const PAGE = 10_000;

interface Wanted {
  readonly prefix: string;
  readonly limit: number;
  readonly recurse: '1' | undefined;
  readonly all: '1' | undefined;
  readonly cluster: '1' | undefined;
}

export default defineCommand({
  arguments: '[PREFIX]',
  options: {
    long: { kind: 'flag', description: 'also size, version, time of the last write and expiry' },
    limit: { kind: 'value', placeholder: 'N', description: 'at most so many keys' },
    all: { kind: 'flag', description: 'also the keys of the agent itself, which begin with __' },
    local: { kind: 'flag', description: 'only what this node stores' },
  },
  examples: ['kv list', 'kv list config/ --long'],
  route: 'GET /kv/',
  async run({ args: [prefix = ''], options }, { agent, terminal }) {
    const limit = limitOf(options.limit);
    const all = options.all ? '1' : undefined;
    const items = await listed(agent, {
      ...{ prefix, limit, all },
      recurse: options.long ? '1' : undefined,
      cluster: options.local ? undefined : '1',
    });
    if (terminal.json || !options.long) {
      terminal.show(items, () => {
        for (const item of items) terminal.line(escaped(keyOf(item)));
        if (items.length === 0) terminal.note('no keys');
      });
      return;
    }
    const columns = [
      { title: 'KEY' },
      { title: 'SIZE', align: 'right' },
      { title: 'VERSION' },
      { title: 'MODIFIED' },
      { title: 'EXPIRES' },
    ] as const;
    const rows = items.flatMap((item) => {
      if (typeof item === 'string') return [];
      const { key, value, version, modified, expires } = item;
      const end = expires === null ? null : Date.parse(expires);
      return [
        [
          escaped(key),
          String(Buffer.byteLength(value, 'base64')),
          version,
          terminal.time(Date.parse(modified)),
          terminal.time(end),
        ],
      ];
    });
    terminal.table(columns, rows, 'no keys');
  },
});

function limitOf(written: string | undefined): number {
  if (written === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d{1,9}$/.test(written) && Number(written) > 0) return Number(written);
  throw new UsageError(`--limit: "${written}" is no number of keys`);
}

/** All pages of a list, up to the limit. */
async function listed(agent: AgentClient, { limit, ...wanted }: Wanted) {
  const items: Awaited<ReturnType<typeof page>>['items'][number][] = [];
  let after: string | undefined;
  do {
    const query = { ...wanted, limit: String(Math.min(limit - items.length, PAGE)), after };
    const { items: more, next } = await page(agent, query);
    items.push(...more);
    after = next;
  } while (after !== undefined && items.length < limit);
  return items;
}

async function page(agent: AgentClient, query: NonNullable<Parameters<typeof agent.askWhole<'GET /kv/'>>[1]['query']>) {
  const { body, headers } = await agent.askWhole('GET /kv/', { query });
  const next = headers['x-opsbro-next'];
  return { items: body, next: typeof next === 'string' ? decodeURIComponent(next) : undefined };
}

const keyOf = (item: string | { readonly key: string }): string => (typeof item === 'string' ? item : item.key);
