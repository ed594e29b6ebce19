import type { AgentClient } from '../../client.ts';
import { defineCommand } from '../../command.ts';
import { confirmed } from '../../confirm.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';
import { allPages } from '../../pages.ts';

const PAGE = '10000';

export default defineCommand({
  arguments: '[KEY]',
  options: {
    cas: { kind: 'value', placeholder: 'VERSION', description: 'only if this is the present version' },
    w: { kind: 'value', placeholder: 'N', description: 'nodes that must have done it: 1, 2, 3 or all' },
    recurse: { kind: 'value', placeholder: 'PREFIX', description: 'all keys that begin so, instead of one KEY' },
    all: { kind: 'flag', description: 'needed with --recurse "": every key there is' },
    yes: { kind: 'flag', description: 'do not ask' },
    'dry-run': { kind: 'flag', description: 'tell how many keys it would be' },
  },
  examples: ['kv delete config/db', 'kv delete --recurse config/ --dry-run'],
  route: 'DELETE /kv/KEY',
  async run({ args: [key], options }, context) {
    const { agent, terminal } = context;
    const { recurse, cas, w } = options;
    if ((key === undefined) === (recurse === undefined)) throw new UsageError('give a KEY or --recurse, and not both');
    if (key !== undefined) {
      const deleted = await agent.ask('DELETE /kv/:key*', { params: { key }, query: { cas, w } });
      terminal.show(deleted, () => terminal.line(` - Delete key ${escaped(key)} : OK`));
      return 0;
    }
    const prefix = recurse ?? '';
    if (prefix === '' && !options.all) throw new UsageError('--recurse "" means every key; write --all as well');
    const count = await countOf(agent, prefix);
    const what = `${count} ${count === 1 ? 'key begins' : 'keys begin'} with "${escaped(prefix)}"`;
    if (options['dry-run']) {
      terminal.show({ count }, () => terminal.line(` - ${what}`));
      return 0;
    }
    if (!options.yes && !(await confirmed(`${what} and would be deleted`, context))) return 1;
    const query = { prefix, recurse: '1', confirm: String(count), all: options.all ? '1' : undefined, w } as const;
    const done = await agent.ask('DELETE /kv/', { query });
    terminal.show(done, () => terminal.line(` - Deleted ${done.deleted} keys : OK`));
    return 0;
  },
});

async function countOf(agent: AgentClient, prefix: string): Promise<number> {
  const keys = await allPages<unknown>((after) =>
    agent.askWhole('GET /kv/', { query: { prefix, cluster: '1', limit: PAGE, after } }),
  );
  return keys.length;
}
