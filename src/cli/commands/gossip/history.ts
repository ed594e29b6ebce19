import type { Api } from '../../../http/api.ts';
import type { AgentClient } from '../../client.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';
import { secondsOf } from '../../instant.ts';
import { cursorIn } from '../../members.ts';
import type { Terminal } from '../../terminal.ts';

type History = Api['GET /history/nodes']['answer'];
type Change = History[number]['entries'][number];

export default defineCommand({
  options: {
    since: { kind: 'value', placeholder: 'D', description: 'from then on: 2h, or 2026-01-02 15:04' },
    until: { kind: 'value', placeholder: 'T', description: 'up to then' },
    limit: { kind: 'value', placeholder: 'N', description: 'at most so many changes' },
    node: { kind: 'value', placeholder: 'NODE', description: 'only of this node: id, name or display name' },
  },
  examples: ['gossip history', 'gossip history --since 1d --node web1'],
  route: 'GET /history/nodes',
  async run({ options }, { agent, terminal }) {
    const limit = limitOf(options.limit);
    const query = {
      ...(options.since !== undefined && { since: String(secondsOf('--since', options.since)) }),
      ...(options.until !== undefined && { until: String(secondsOf('--until', options.until)) }),
    };
    const all = await whole(agent, query);
    const history = newest(
      all.flatMap((second) => narrowed(second, options.node)),
      limit,
    );
    terminal.show(history, () => {
      for (const { date, entries } of history) {
        terminal.line(terminal.time(date * 1_000));
        for (const change of entries) terminal.line(lineOf(change, terminal));
      }
      if (history.length === 0) terminal.note('nothing is remembered');
    });
  },
});

function limitOf(written: string | undefined): number {
  if (written === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d{1,9}$/.test(written) && Number(written) > 0) return Number(written);
  throw new UsageError(`--limit: "${written}" is no number of changes`);
}

async function whole(agent: AgentClient, query: NonNullable<Api['GET /history/nodes']['query']>): Promise<History> {
  const seconds: History = [];
  let after: string | undefined;
  do {
    const { body, headers } = await agent.askWhole('GET /history/nodes', { query: { ...query, after } });
    seconds.push(...body);
    after = cursorIn(headers);
  } while (after !== undefined);
  return seconds;
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
