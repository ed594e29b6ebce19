import { defineCommand } from '../../command.ts';

export default defineCommand({
  examples: ['handlers retry', 'handlers retry --json'],
  route: 'POST /agent/handlers/queue/retry',
  async run(_, { agent, terminal }) {
    const tried = await agent.ask('POST /agent/handlers/queue/retry', {});
    terminal.show(tried, () => terminal.line(`messages that are tried now: ${tried.messages}`));
  },
});
