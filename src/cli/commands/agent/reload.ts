import { defineCommand } from '../../command.ts';
import { printReload } from '../../reload-text.ts';

export default defineCommand({
  options: { 'all-or-nothing': { kind: 'flag', description: 'change nothing at all when there is any error' } },
  examples: ['agent reload', 'agent reload --all-or-nothing'],
  route: 'POST /agent/reload',
  async run({ options }, { agent, terminal }) {
    const done = await agent.ask('POST /agent/reload', { body: { all_or_nothing: options['all-or-nothing'] } });
    const { added, changed, removed, unchanged } = done;
    terminal.show(done, () => {
      terminal.line(`${added} added, ${changed} changed, ${removed} removed, ${unchanged} unchanged`);
      printReload(done, terminal);
    });
    return done.errors.length > 0 ? 2 : 0;
  },
});
