import { defineCommand } from '../../../command.ts';
import { escaped } from '../../../escape.ts';

export default defineCommand({
  examples: ['agent log list', 'agent log list --json'],
  route: 'GET /log/parts/',
  async run(_, { agent, terminal }) {
    const parts = await agent.ask('GET /log/parts/', {});
    terminal.show(parts, () => {
      for (const part of parts) terminal.line(escaped(part));
    });
  },
});
