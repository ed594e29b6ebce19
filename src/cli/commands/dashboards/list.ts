import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  examples: ['dashboards list', 'dashboards list --json'],
  route: 'GET /dashboards',
  local: 'files',
  async run(_, { agent, terminal }) {
    const dashboards = await agent.ask('GET /dashboards', {});
    const columns = [{ title: 'NAME' }, { title: 'PACK' }, { title: 'TITLE' }];
    const rows = dashboards.map(({ name, pack_name, pack_level, title }) => [
      escaped(name),
      escaped(`${pack_level}.${pack_name}`),
      escaped(title),
    ]);
    terminal.show(dashboards, () => terminal.table(columns, rows, 'no dashboards'));
  },
});
