import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  examples: ['agent health', 'agent health --json'],
  route: 'GET /agent/health',
  async run(_, { agent, terminal }) {
    const { health, reasons } = await agent.ask('GET /agent/health', {});
    const state = await agent.ask('GET /agent/state', {});
    terminal.show({ state, health, reasons }, () => {
      terminal.line(`state: ${state}, health: ${health}`);
      for (const { part, text, since } of reasons)
        terminal.line(`  ${escaped(part)}: ${escaped(text)} (since ${terminal.time(since)})`);
    });
    return health === 'failed' ? 2 : 0;
  },
});
