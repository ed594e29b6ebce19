import { defineCommand } from '../../command.ts';
import { printTree } from '../../tree.ts';

export default defineCommand({
  arguments: '<NAME>',
  examples: ['collectors run memory', 'collectors run cpustats --json'],
  route: 'POST /collectors/NAME/run',
  local: 'groups',
  async run({ args: [name = ''] }, { agent, terminal }) {
    const ran = await agent.ask('POST /collectors/:name/run', { params: { name } });
    terminal.show(ran, () => printTree(ran, terminal));
    return ran.state === 'error' ? 2 : 0;
  },
});
