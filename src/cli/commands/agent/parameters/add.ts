import { defineCommand } from '../../../command.ts';
import { showEdited } from '../../../edited.ts';

export default defineCommand({
  arguments: '<KEY> <VALUE>',
  examples: ['agent parameters add groups web', 'agent parameters add seeds 192.168.1.10:6768'],
  route: 'PUT /agent/parameters/:list/:item',
  async run({ args: [list = '', item = ''] }, { agent, terminal }) {
    const done = await agent.ask('PUT /agent/parameters/:list/:item', { params: { list, item } });
    if (done.changed) showEdited(`agent.${list}`, 'ADD', done, terminal);
    else terminal.show(done, () => terminal.line('OK(already set)'));
  },
});
