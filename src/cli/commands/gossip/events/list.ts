import type { Api } from '../../../../http/api.ts';
import { type Context, defineCommand } from '../../../command.ts';
import { escaped } from '../../../escape.ts';
import type { Terminal } from '../../../terminal.ts';
import { changesWanted, type Frame, WATCH_OPTIONS, watch } from '../../../watch.ts';

type Event = Api['POST /agent/event']['answer'];

const COLUMNS = [{ title: 'TIME' }, { title: 'TYPE' }, { title: 'FROM' }, { title: 'PAYLOAD' }] as const;

export default defineCommand({
  options: WATCH_OPTIONS,
  examples: ['gossip events list', 'gossip events list --watch --json'],
  route: 'GET /agent/events',
  async run({ options }, context) {
    const count = changesWanted(options);
    if (!options.watch) return await show(context);
    const lineOf = ({ channel, payload }: Frame) =>
      channel === 'events' ? cellsOf(payload, context.terminal).join('  ') : undefined;
    await watch({ channel: 'events', lineOf, draw: () => show(context) }, count, context);
  },
});

async function show({ agent, terminal }: Context): Promise<void> {
  const events = await agent.ask('GET /agent/events', {});
  terminal.show(events, () => {
    const rows = events.map((event) => cellsOf(event, terminal));
    terminal.table(COLUMNS, rows, 'no events in the last 300 seconds');
  });
}

const cellsOf = ({ heard, type, from, payload }: Event, terminal: Terminal): string[] => [
  terminal.time(heard),
  escaped(type),
  escaped(from ?? '-'),
  escaped(payload),
];
