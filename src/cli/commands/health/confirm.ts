import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

const PATIENCE_MS = 180_000;

export default defineCommand({
  arguments: '<ID>',
  examples: ['health confirm t6b1xk0a2', 'health confirm t6b1xk0a2 --json'],
  route: 'POST /history/repairs/ID/confirm',
  async run({ args: [id = ''] }, { agent, terminal }) {
    const end = await agent.ask('POST /history/repairs/:id/confirm', { params: { id } }, { timeoutMs: PATIENCE_MS });
    terminal.show(end, () => terminal.line(`${escaped(end.action)}: ${end.fixed ? 'repaired' : 'not repaired'}`));
    return end.fixed ? 0 : 2;
  },
});
