import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '<NAME>',
  examples: ['statsd delete api.hits', "statsd delete 'api.hits;env=prod' --json"],
  route: 'DELETE /statsd/series/NAME',
  async run({ args: [name = ''] }, { agent, terminal }) {
    const deleted = await agent.ask('DELETE /statsd/series/:name*', { params: { name } });
    terminal.show(deleted, () => terminal.line(`${escaped(name)} is forgotten`));
  },
});
