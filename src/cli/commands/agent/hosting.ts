import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  examples: ['agent hosting', 'agent hosting --json'],
  route: 'GET /agent/hosting',
  async run(_, { agent, terminal }) {
    const drivers = await agent.ask('GET /agent/hosting', {});
    terminal.show(drivers, () => {
      const columns = ['DRIVER', 'ACTIVE', 'ID', 'LOCAL ADDR', 'PUBLIC ADDR', 'LOG'].map((title) => ({ title }));
      const rows = drivers.map(({ name, is_active, unique_id, local_addr, public_addr, reason }) => [
        escaped(name),
        is_active ? { text: 'yes', colour: 'green' as const } : { text: 'no', colour: 'grey' as const },
        ...[unique_id, local_addr, public_addr].map((text) => escaped(text ?? '-')),
        escaped(reason),
      ]);
      terminal.table(columns, rows, 'no drivers');
    });
  },
});
