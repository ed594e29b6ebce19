import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '<KEY>',
  examples: ['kv history config/db', 'kv history config/db --json'],
  route: 'GET /kv-changes',
  async run({ args: [key = ''] }, { agent, terminal }) {
    const { changes } = await agent.ask('GET /kv-changes', { query: { key, history: '1' } });
    if (terminal.json) {
      terminal.show(changes, () => undefined);
      return;
    }
    const rows = changes.map(({ time, op, version, expires }) => [
      terminal.time(time === null ? null : Date.parse(time)),
      op,
      version,
      terminal.time(expires === null ? null : Date.parse(expires)),
    ]);
    const columns = [{ title: 'TIME' }, { title: 'CHANGE' }, { title: 'VERSION' }, { title: 'EXPIRES' }] as const;
    terminal.table(columns, rows, `no changes of ${escaped(key)} are kept`);
  },
});
