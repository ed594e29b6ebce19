import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { whenInitialized } from '../../initialized.ts';

export default defineCommand({
  examples: ['detectors list', 'detectors list --json'],
  route: 'GET /agent/detectors',
  local: 'groups',
  async run(_, context) {
    await whenInitialized(context);
    const detectors = await context.agent.ask('GET /agent/detectors', {});
    const { terminal } = context;
    terminal.show(detectors, () => {
      for (const detector of detectors) {
        const { pack_level, pack_name, name, condition, add_groups, interval_ms, last_run, groups, log } = detector;
        const short = name.slice(name.indexOf('/') + 1);
        terminal.line(
          `${escaped(pack_level)} > ${escaped(pack_name)} > detectors > ${terminal.paint(escaped(short), 'magenta')}`,
        );
        terminal.line(`   if:         ${escaped(condition)}`);
        terminal.line(`   add groups: ${escaped(add_groups.join(', '))}`);
        terminal.line(
          `   every ${interval_ms / 1_000}s, last ${terminal.time(last_run)}, gave ${groups.length === 0 ? 'nothing' : escaped(groups.join(', '))}`,
        );
        if (log !== '') terminal.line(`   | ${escaped(log)}`);
      }
      if (detectors.length === 0) terminal.note('no detectors');
    });
  },
});
