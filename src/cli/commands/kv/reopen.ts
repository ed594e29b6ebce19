import { defineCommand } from '../../command.ts';

export default defineCommand({
  examples: ['kv reopen', 'kv reopen --json'],
  route: 'POST /kv-status',
  async run(_, { agent, terminal }) {
    const answer = await agent.ask('POST /kv-status', { body: { action: 'reopen' } });
    terminal.show(answer, () => terminal.line('OK'));
  },
});
