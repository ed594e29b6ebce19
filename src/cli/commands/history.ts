import { didYouMean } from '../../base/nearest.ts';
import { type Command, type Context, defineCommand } from '../command.ts';
import { escaped } from '../escape.ts';
import { UsageError } from '../failure.ts';
import { printHistory, SPAN_OPTIONS, spanQuery } from '../history.ts';
import { allPages } from '../pages.ts';

/** Kinds that have a command of their own. */
const OWN: ReadonlyMap<string, () => Promise<{ readonly default: Command }>> = new Map([
  ['nodes', () => import('./gossip/history.ts')],
  ['groups', () => import('./detectors/history.ts')],
  ['monitoring', () => import('./monitoring/history.ts')],
  ['collectors', () => import('./collectors/history.ts')],
  ['repairs', () => import('./health/history.ts')],
]);
const KINDS = [...OWN.keys(), 'handlers', 'config', 'audit'];

type Span = ReturnType<typeof spanQuery> & { readonly limit?: string; readonly filter?: string };

export default defineCommand({
  arguments: '<KIND>',
  options: {
    ...SPAN_OPTIONS,
    limit: { kind: 'value', placeholder: 'N', description: 'the newest N changes' },
    node: { kind: 'value', placeholder: 'NODE', description: 'only what is about this node, by its name' },
  },
  examples: ['history config', 'history handlers --since 1d'],
  route: 'GET /history/*',
  async run({ args: [kind = ''], options }, context) {
    const { limit, node, ...span } = options;
    const known = OWN.get(kind);
    if (known !== undefined) return await other(known, { kind, ...options }, context);
    const filter = node === undefined ? {} : { filter: `node == ${JSON.stringify(node)}` };
    const query = { ...spanQuery(span), ...(limit !== undefined && { limit }), ...filter };
    if (kind === 'handlers') return await handlers(query, context);
    if (kind === 'config') return await config(query, context);
    if (kind === 'audit') return await audit(query, context);
    throw new UsageError(`there is no history of "${kind}"${didYouMean(kind, KINDS)}; possible: ${KINDS.join(', ')}`);
  },
});

interface Asked {
  readonly kind: string;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly limit?: string | undefined;
  readonly node?: string | undefined;
}

/** A kind that has a command of its own is shown by that. */
async function other(
  load: () => Promise<{ readonly default: Command }>,
  { kind, since, until, limit, node }: Asked,
  context: Context,
): Promise<number> {
  if (limit !== undefined) throw new UsageError(`--limit is not possible for ${kind}`);
  if (node !== undefined && kind !== 'repairs') throw new UsageError(`--node is not possible for ${kind}`);
  const { default: command } = await load();
  return (await command.run({ args: [], options: { since, until, node } }, context)) ?? 0;
}

async function handlers(query: Span, { agent, terminal }: Context): Promise<number> {
  const route = 'GET /history/handlers';
  const history = await allPages((after) => agent.askWhole(route, { query: { ...query, after } }));
  terminal.show(history, () =>
    printHistory(history, terminal, ({ type, handler, node, name, state }) => {
      const about = escaped(name === '' ? node : `${node} ${name}`);
      const verb = type === 'sent' ? 'told of' : terminal.paint('gave up', 'red');
      return [` * ${escaped(handler)} ${verb} ${about} ${escaped(state.toUpperCase())}`];
    }),
  );
  return 0;
}

async function config(query: Span, { agent, terminal }: Context): Promise<number> {
  const route = 'GET /history/config';
  const history = await allPages((after) => agent.askWhole(route, { query: { ...query, after } }));
  terminal.show(history, () =>
    printHistory(history, terminal, ({ type, who, what, result }) => [
      ` * ${type} by ${escaped(who)}: ${escaped(what)}${result === 'ok' ? '' : ` (${escaped(result)})`}`,
    ]),
  );
  return 0;
}

async function audit(query: Span, { agent, terminal }: Context): Promise<number> {
  const route = 'GET /history/audit';
  const history = await allPages((after) => agent.askWhole(route, { query: { ...query, after } }));
  terminal.show(history, () =>
    printHistory(history, terminal, ({ who, from, method, target, status, repeated }) => {
      const more = repeated > 0 ? `, and ${repeated} more like it` : '';
      return [
        ` * ${escaped(who)}${from === '' || from === who ? '' : ` (${from})`}: ${method} ${escaped(target)} ${status}${more}`,
      ];
    }),
  );
  return 0;
}
