import { defineCommand } from '../../command.ts';
import { complain } from '../../complaint.ts';
import { stopAgent } from '../../stopping.ts';

export default defineCommand({
  options: { leave: { kind: 'flag', description: 'tell the pool that the node goes on purpose' } },
  examples: ['agent stop', 'agent stop --leave --timeout 10s'],
  route: 'POST /agent/stop',
  async run({ options: { leave } }, context) {
    const { terminal } = context;
    if (!(await stopAgent(context, { leave }))) {
      complain(terminal, 'unreachable', 'no agent is running');
      return 1;
    }
    terminal.show({ stopped: true }, () => terminal.line('OK'));
    return 0;
  },
});
