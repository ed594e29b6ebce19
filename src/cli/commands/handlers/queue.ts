import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  examples: ['handlers queue', 'handlers queue --json'],
  route: 'GET /agent/handlers/queue',
  async run(_, { agent, terminal }) {
    const messages = await agent.ask('GET /agent/handlers/queue', {});
    const columns = [
      { title: 'HANDLER' },
      { title: 'ACTION' },
      { title: 'CREATED' },
      { title: 'ATTEMPTS', align: 'right' },
      { title: 'NEXT' },
      { title: 'ALERTS' },
      { title: 'ERROR' },
    ] as const;
    const rows = messages.map((message) => [
      escaped(message.handler),
      escaped(message.action),
      terminal.time(message.created * 1_000),
      String(message.attempts),
      message.next === null ? 'given up' : terminal.time(message.next * 1_000),
      escaped(message.alerts.join(', ')),
      escaped(message.error),
    ]);
    terminal.show(messages, () => terminal.table(columns, rows, 'nothing waits'));
  },
});
