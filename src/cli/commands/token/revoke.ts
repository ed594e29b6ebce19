import { OpsbroError } from '../../../base/errors.ts';
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
      if (!found) throw new OpsbroError('not_found', `there is no token "${name}"`);
      terminal.show(found, () => terminal.line(`would revoke ${shown}`));
      return 0;
    }
    if (!options.yes && !(await confirmed(`the token ${shown} is worth nothing afterwards, for good`, context)))
      return 1;
    const revoked = await agent.ask('DELETE /agent/tokens/:name', { params: { name } });
    terminal.show(revoked, () => terminal.line(`the token ${shown} is revoked`));
    return 0;
  },
});
