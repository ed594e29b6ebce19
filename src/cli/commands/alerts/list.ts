import { ALERT_COLUMNS, alertCells } from '../../alert-text.ts';
import { defineCommand } from '../../command.ts';

export default defineCommand({
  options: {
    all: { kind: 'flag', description: 'those that ended as well' },
    filter: { kind: 'value', placeholder: 'EXPR', description: 'only alerts that fit this expression' },
  },
  examples: ['alerts list', 'alerts list --all --filter "severity == \'critical\'"'],
  route: 'GET /monitoring/alerts',
  async run({ options: { all, filter } }, { agent, terminal }) {
    const query = { ...(all && { all: 'true' as const }), filter };
    const alerts = await agent.ask('GET /monitoring/alerts', { query });
    const newestFirst = alerts.toSorted((a, b) => b.started - a.started);
    const rows = newestFirst.map((alert) => alertCells(alert, terminal));
    terminal.show(newestFirst, () => terminal.table(ALERT_COLUMNS, rows, 'no alerts'));
  },
});
