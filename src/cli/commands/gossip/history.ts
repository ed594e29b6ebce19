import type { Api } from '../../../http/api.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';
import { printHistory, SPAN_OPTIONS, spanQuery } from '../../history.ts';
import { allPages } from '../../pages.ts';
import type { Terminal } from '../../terminal.ts';

type History = Api['GET /history/nodes']['answer'];
type Change = History[number]['entries'][number];

export default defineCommand({
  options: {
    ...SPAN_OPTIONS,
    limit: { kind: 'value', placeholder: 'N', description: 'at most so many changes' },
    node: { kind: 'value', placeholder: 'NODE', description: 'only of this node: id, name or display name' },
  },
  examples: ['gossip history', 'gossip history --since 1d --node web1'],
  route: 'GET /history/nodes',
  async run({ options }, { agent, terminal }) {
    const limit = limitOf(options.limit);
    const query = spanQuery(options);
    const all = await allPages((after) => agent.askWhole('GET /history/nodes', { query: { ...query, after } }));
    const history = newest(
      all.flatMap((second) => narrowed(second, options.node)),
      limit,
    );
    terminal.show(history, () => printHistory(history, terminal, (change) => [lineOf(change, terminal)]));
  },
});

function limitOf(written: string | undefined): number {
  if (written === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d{1,9}$/.test(written) && Number(written) > 0) return Number(written);
  throw new UsageError(`--limit: "${written}" is no number of changes`);
}

function narrowed({ date, entries }: History[number], node: string | undefined): History {
  if (node === undefined) return [{ date, entries }];
  const own = entries.filter(
    ({ uuid, name, display_name }) =>
      name === node || display_name === node || (node.length > 3 && uuid.startsWith(node)),
  );
  return own.length === 0 ? [] : [{ date, entries: own }];
}

function newest(history: History, limit: number): History {
  let left = limit;
  const kept: History = [];
  for (const { date, entries } of history.toReversed()) {
    if (left <= 0) break;
    const last = entries.slice(-left);
    kept.unshift({ date, entries: last });
    left -= last.length;
  }
  return kept;
}

function lineOf(change: Change, terminal: Terminal): string {
  const name = change.display_name === '' ? change.name : `[ ${change.display_name} ]`;
  const what = whatOf(change, terminal);
  return `  ${[terminal.paint(escaped(name), 'magenta'), what, escaped(change.reason)].join('  ')}`.trimEnd();
}

function whatOf({ type, old_state, state, old, now }: Change, terminal: Terminal): string {
  switch (type) {
    case 'new':
      return `new  ${terminal.state(state)}`;
    case 'node-state-change':
      return `${old_state === null ? '' : `${terminal.state(old_state)} → `}${terminal.state(state)}`;
    case 'group-add':
      return `+ group ${escaped(now ?? '')}`;
    case 'group-remove':
      return `- group ${escaped(old ?? '')}`;
    case 'zone-change':
      return `zone ${escaped(old ?? '')} → ${escaped(now ?? '')}`;
    case 'address-change':
      return `address ${escaped(old ?? '')} → ${escaped(now ?? '')}`;
    case 'reaped':
      return 'forgotten';
  }
}
