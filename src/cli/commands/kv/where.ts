import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '<KEY>',
  examples: ['kv where config/db', 'kv where config/db --json'],
  route: 'GET /kv-where',
  async run({ args: [key = ''] }, { agent, terminal }) {
    const where = await agent.ask('GET /kv-where', { query: { key } });
    terminal.show(where, () => {
      terminal.line(`${escaped(key)} is at ${where.position} of the ring`);
      const rows = where.replicas.map(({ node, name, state, ready, version }) => [
        name === '' ? node : escaped(name),
        state,
        ready ? 'ready' : 'filling',
        version ?? '-',
      ]);
      const columns = [{ title: 'NODE' }, { title: 'STATE' }, { title: 'RANGE' }, { title: 'VERSION' }] as const;
      terminal.table(columns, rows, 'no node keeps it');
    });
  },
});
