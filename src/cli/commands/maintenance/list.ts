import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { whoseOf } from '../../mute-text.ts';

export default defineCommand({
  examples: ['maintenance list', 'maintenance list --json'],
  route: 'GET /monitoring/maintenance',
  async run(_, { agent, terminal }) {
    const windows = await agent.ask('GET /monitoring/maintenance', {});
    const columns = [
      { title: 'ID' },
      { title: 'STATE' },
      { title: 'STARTS' },
      { title: 'ENDS' },
      { title: 'OF' },
      { title: 'DRAIN' },
      { title: 'BY' },
      { title: 'COMMENT' },
    ] as const;
    const rows = windows.map((entry) => [
      entry.id,
      entry.state,
      terminal.time(entry.starts * 1_000),
      terminal.time(entry.ends * 1_000),
      whoseOf(entry),
      entry.drain ? 'yes' : 'no',
      escaped(entry.by),
      escaped(entry.comment),
    ]);
    terminal.show(windows, () => terminal.table(columns, rows, 'no maintenance'));
  },
});
