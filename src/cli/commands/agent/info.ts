import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { infoText } from '../../info-text.ts';
import { whenInitialized } from '../../initialized.ts';

export default defineCommand({
  options: { 'show-logs': { kind: 'flag', description: 'also the kept errors and warnings of the log' } },
  examples: ['agent info', 'agent info --show-logs'],
  route: 'GET /agent/info',
  async run({ options }, context) {
    await whenInitialized(context);
    const info = await context.agent.ask('GET /agent/info', {});
    const { terminal } = context;
    terminal.show(info, () => {
      for (const line of infoText(info, terminal)) terminal.line(line);
      if (!options['show-logs']) return;
      for (const line of [...info.logs.ERROR, ...info.logs.WARNING]) terminal.line(`    | ${escaped(line)}`);
    });
  },
});
