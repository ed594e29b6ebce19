import { alertLines } from '../../alert-text.ts';
import { defineCommand } from '../../command.ts';

export default defineCommand({
  arguments: '<ID>',
  examples: ['alerts show linux/disks', 'alerts show be2b3141e696fa34-1700000000 --json'],
  route: 'GET /monitoring/alerts/ID',
  async run({ args: [id = ''] }, { agent, terminal }) {
    const alert = await agent.ask('GET /monitoring/alerts/:id*', { params: { id } });
    terminal.show(alert, () => {
      for (const line of alertLines(alert, terminal)) terminal.line(line);
    });
  },
});
