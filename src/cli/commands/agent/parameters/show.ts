import { defineCommand } from '../../../command.ts';
import { escaped } from '../../../escape.ts';
import { valueText } from '../../../parameter-text.ts';

export default defineCommand({
  options: { origin: { kind: 'flag', description: 'with the file or whatever else says so' } },
  examples: ['agent parameters show', 'agent parameters show --origin'],
  route: 'GET /agent/parameters',
  local: 'files',
  async run({ options }, { agent, terminal }) {
    const settings = await agent.ask('GET /agent/parameters', {});
    terminal.show(settings, () => {
      for (const [key, { value, origin }] of Object.entries(settings)) {
        const arrow = terminal.unicode ? '→' : '->';
        const from = options.origin ? `  (${origin})` : '';
        terminal.line(escaped(`  * ${key} ${arrow} ${valueText(value)}${from}`));
      }
    });
  },
});
