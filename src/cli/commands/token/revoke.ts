import { defineCommand } from '../../command.ts';
import { confirmed } from '../../confirm.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '<NAME>',
  options: {
    yes: { kind: 'flag', description: 'do not ask' },
    'dry-run': { kind: 'flag', description: 'tell which token it would be' },
  },
  examples: ['token revoke ci', 'token revoke ci --yes'],
  route: 'DELETE /agent/tokens/NAME',
  async run({ args: [name = ''], options }, context) {
    const { agent, terminal } = context;
    const shown = escaped(name);
    if (options['dry-run']) {
      const found = (await agent.ask('GET /agent/tokens', {})).find((token) => token.name === name);
      terminal.show(found ?? null, () => terminal.line(found ? `would revoke ${shown}` : `there is no token ${shown}`));
      return found ? 0 : 2;
    }
    if (!options.yes && !(await confirmed(`the token ${shown} is worth nothing afterwards, for good`, context)))
      return 1;
    const revoked = await agent.ask('DELETE /agent/tokens/:name', { params: { name } });
    terminal.show(revoked, () => terminal.line(`the token ${shown} is revoked`));
    return 0;
  },
});
