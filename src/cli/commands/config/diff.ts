import { defineCommand } from '../../command.ts';
import { printReload } from '../../reload-text.ts';

export default defineCommand({
  examples: ['config diff', 'config diff --json'],
  route: 'POST /config/validate',
  async run(_, { agent, terminal }) {
    const found = await agent.ask('POST /config/validate', {});
    terminal.show(found, () => {
      printReload(found, terminal);
      if (found.changes.length === 0) terminal.note('a reload would change nothing');
    });
    return found.errors.length > 0 ? 2 : 0;
  },
});
