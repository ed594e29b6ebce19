import { defineCommand } from '../../../command.ts';
import { showEdited } from '../../../edited.ts';

export default defineCommand({
  arguments: '<KEY> <VALUE>',
  examples: ['agent parameters remove groups web', 'agent parameters remove seeds 192.168.1.10:6768'],
  route: 'DELETE /agent/parameters/:list/:item',
  async run({ args: [list = '', item = ''] }, { agent, terminal }) {
    const done = await agent.ask('DELETE /agent/parameters/:list/:item', { params: { list, item } });
    if (done.changed) showEdited(`agent.${list}`, 'REMOVE', done, terminal);
    else terminal.show(done, () => terminal.line('OK(was not set)'));
  },
});
