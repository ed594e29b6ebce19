import { defineCommand } from '../../command.ts';

export default defineCommand({
  examples: ['statsd stats', 'statsd stats --json'],
  route: 'GET /statsd/stats',
  async run(_, { agent, terminal }) {
    const stats = await agent.ask('GET /statsd/stats', {});
    const rows = Object.entries(stats).map(([name, value]) => [name.replaceAll('_', ' '), String(value)]);
    terminal.show(stats, () =>
      terminal.table([{ title: 'WHAT' }, { title: 'VALUE', align: 'right' }], rows, 'nothing'),
    );
  },
});
