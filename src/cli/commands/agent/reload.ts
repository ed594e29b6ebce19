import { problemLine } from '../../../model/pack.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  examples: ['agent reload', 'agent reload --json'],
  route: 'POST /agent/reload',
  async run(_, { agent, terminal }) {
    const done = await agent.ask('POST /agent/reload', {});
    terminal.show(done, () => {
      terminal.line(
        `${done.added} added, ${done.changed} changed, ${done.removed} removed, ${done.unchanged} unchanged`,
      );
      if (done.restart_needed.length > 0) terminal.line(`restart needed: ${escaped(done.restart_needed.join(', '))}`);
      for (const problem of done.errors) terminal.error(`error: ${escaped(problemLine(problem))}`);
    });
    return done.errors.length > 0 ? 2 : 0;
  },
});
