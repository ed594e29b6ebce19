import { defineCommand } from '../../command.ts';
import { confirmed } from '../../confirm.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '[NODE]',
  options: {
    yes: { kind: 'flag', description: 'do not ask' },
    'dry-run': { kind: 'flag', description: 'only say what would be done' },
  },
  examples: ['gossip leave --yes', 'gossip leave web1 --yes'],
  route: 'POST /agent/leave',
  async run({ args: [node], options }, context) {
    const { agent, terminal } = context;
    const what = node === undefined ? OWN : `the dead node ${escaped(node)} is removed from the pool for good`;
    if (options['dry-run']) {
      const { name, state } = await agent.ask('GET /agent/members/:ref', { params: { ref: node ?? 'self' } });
      terminal.show({ node: name, state }, () => terminal.line(`${what} (${escaped(name)} is ${state} now)`));
      return 0;
    }
    if (!options.yes && !(await confirmed(what, context))) return 1;
    const answer = await agent.ask('POST /agent/leave', node === undefined ? {} : { body: { node } });
    terminal.show(answer, () =>
      terminal.line(node === undefined ? DONE : `${escaped(answer.leaving)} is removed from the pool`),
    );
    return 0;
  },
});

const OWN = 'this node leaves the pool and its agent ends';
const DONE = 'the node leaves the pool; its agent ends within 10 seconds';
