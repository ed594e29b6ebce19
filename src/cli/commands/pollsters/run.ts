import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { printSamples } from '../../sample-text.ts';

export default defineCommand({
  arguments: '<NAME>',
  examples: ['pollsters run local_node', 'pollsters run local_node --json'],
  route: 'POST /openstack/pollsters/NAME/run',
  local: 'groups',
  async run({ args: [name = ''] }, { agent, terminal }) {
    const ran = await agent.ask('POST /openstack/pollsters/:name/run', { params: { name } });
    terminal.show(ran, () => printSamples(ran.taken, terminal));
    if (ran.log !== '') terminal.note(`${ran.state}: ${escaped(ran.log)}`);
    return ran.state === 'error' ? 2 : 0;
  },
});
