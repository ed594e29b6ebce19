import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  examples: ['agent parts', 'agent parts --json'],
  route: 'GET /debug/threads',
  async run(_, { agent, terminal }) {
    const found = await agent.ask('GET /debug/threads', {});
    terminal.show(found, () => {
      const columns = [
        { title: 'PART' },
        { title: 'STATE' },
        { title: 'RESTARTS', align: 'right' },
        { title: 'CPU %', align: 'right' },
        { title: 'WAITING', align: 'right' },
        { title: 'LAST ERROR' },
      ] as const;
      const rows = found.parts.map(({ name, state, restarts, busy_share, timers, last_error }) => [
        escaped(name),
        { text: state, colour: state === 'ok' ? ('green' as const) : ('red' as const) },
        String(restarts),
        busy_share.toFixed(2),
        String(timers),
        escaped(last_error),
      ]);
      terminal.table(columns, rows, 'no parts');
    });
  },
});
