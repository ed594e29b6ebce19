import { defineCommand } from '../../command.ts';

export default defineCommand({
  arguments: '[NODE]',
  examples: ['kv sync', 'kv sync web-1'],
  route: 'POST /kv-status',
  async run({ args: [node] }, { agent, terminal }) {
    const body = { action: 'sync' as const, ...(node !== undefined && { node }) };
    const answer = await agent.ask('POST /kv-status', { body });
    terminal.show(answer, () => terminal.line('OK'));
  },
});
