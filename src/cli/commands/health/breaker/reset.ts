import { defineCommand } from '../../../command.ts';

export default defineCommand({
  examples: ['health breaker reset', 'health breaker reset --json'],
  route: 'POST /health-services/-/breaker/reset',
  async run(_, { agent, terminal }) {
    const done = await agent.ask('POST /health-services/-/breaker/reset', {});
    terminal.show(done, () => terminal.note('repairs may start by themselves again'));
  },
});
