import { defineCommand } from '../../command.ts';
import { mutedLine } from '../../mute-text.ts';

export default defineCommand({
  arguments: '<ID>',
  examples: ['silence remove 5f1c2d3e4a5b', 'silence remove 5f1c2d3e4a5b --json'],
  route: 'DELETE /monitoring/silences/ID',
  async run({ args: [id = ''] }, { agent, terminal }) {
    const removed = await agent.ask('DELETE /monitoring/silences/:id', { params: { id } });
    terminal.show(removed, () => terminal.line(mutedLine(`silence ${removed.id} is over`, removed, terminal)));
  },
});
