import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

export default defineCommand({
  arguments: '[NAME]',
  options: { 'dry-run': { kind: 'flag', description: 'only tell what would come of it' } },
  examples: ['detectors run', 'detectors run redis/redis --dry-run'],
  route: 'POST /agent/detectors/run',
  local: 'groups',
  async run({ args: [id], options }, { agent, terminal }) {
    const query = options['dry-run'] ? { dry: 'true' as const } : {};
    const trial =
      id === undefined
        ? await agent.ask('POST /agent/detectors/run', { query })
        : await agent.ask('POST /agent/detectors/run/:id*', { params: { id }, query });
    terminal.show(trial, () => {
      const { groups, new_groups, lost_groups, logs } = trial;
      terminal.line(`Groups:      ${escaped(groups.join(', '))}`);
      terminal.line(`New groups:  ${terminal.paint(escaped(new_groups.join(', ')), 'green')}`.trimEnd());
      terminal.line(`Lost groups: ${terminal.paint(escaped(lost_groups.join(', ')), 'red')}`.trimEnd());
      for (const [detector, log] of Object.entries(logs)) terminal.note(`   | ${escaped(detector)}: ${escaped(log)}`);
    });
  },
});
