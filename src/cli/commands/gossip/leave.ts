import { defineCommand } from '../../command.ts';
import { confirmed } from '../../confirm.ts';

export default defineCommand({
  options: { yes: { kind: 'flag', description: 'do not ask' } },
  examples: ['gossip leave --yes', 'gossip leave --json --yes'],
  route: 'POST /agent/leave',
  async run({ options }, context) {
    if (!options.yes && !(await confirmed('this node leaves the pool and its agent ends', context))) return 1;
    const answer = await context.agent.ask('POST /agent/leave', {});
    context.terminal.show(answer, () =>
      context.terminal.line('the node leaves the pool; its agent ends within 10 seconds'),
    );
    return 0;
  },
});
