import { problemText } from '../../../model/pack.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  options: { 'all-or-nothing': { kind: 'flag', description: 'change nothing at all when there is any error' } },
  examples: ['agent reload', 'agent reload --all-or-nothing'],
  route: 'POST /agent/reload',
  async run({ options }, { agent, terminal }) {
    const done = await agent.ask('POST /agent/reload', { body: { all_or_nothing: options['all-or-nothing'] } });
    const { added, changed, removed, unchanged, changes, restart_needed: restart } = done;
    terminal.show(done, () => {
      terminal.line(`${added} added, ${changed} changed, ${removed} removed, ${unchanged} unchanged`);
      for (const { change, kind, name } of changes) terminal.line(`  ${change}: ${kind} ${escaped(name)}`);
      if (restart.length > 0) terminal.line(`restart needed: ${escaped(restart.join(', '))}`);
      for (const { file, since } of done.stand_ins)
        terminal.note(`note: ${escaped(file)}: using the version of ${terminal.time(Date.parse(since))}`);
      for (const problem of [...done.errors, ...done.warnings]) terminal.error(escaped(problemText(problem)));
    });
    return done.errors.length > 0 ? 2 : 0;
  },
});
