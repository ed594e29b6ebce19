import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '<KEY>',
  options: { cas: { kind: 'value', placeholder: 'VERSION', description: 'only if this is the present version' } },
  examples: ['kv delete config/db', 'kv delete config/db --json'],
  route: 'DELETE /kv/KEY',
  async run({ args: [key = ''], options: { cas } }, { agent, terminal }) {
    const deleted = await agent.ask('DELETE /kv/:key*', { params: { key }, query: { cas } });
    terminal.show(deleted, () => terminal.line(` - Delete key ${escaped(key)} : OK`));
  },
});
