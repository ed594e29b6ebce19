import { defineCommand } from '../../command.ts';
import { whenInitialized } from '../../initialized.ts';
import { allMembers, sorted } from '../../members.ts';

export default defineCommand({
  examples: ['gossip snapshot', 'gossip snapshot --no-wait'],
  route: 'GET /agent/members',
  async run(_, context) {
    await whenInitialized(context);
    const { members } = await allMembers(context.agent);
    const byId = Object.fromEntries(sorted(members).map((member) => [member.uuid, member]));
    context.terminal.line(JSON.stringify(byId, null, context.terminal.isTerminal ? 2 : 0));
  },
});
