import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { whenInitialized } from '../../initialized.ts';

export default defineCommand({
  examples: ['detectors state', 'detectors state --json'],
  route: 'GET /agent/detectors/state',
  async run(_, context) {
    await whenInitialized(context);
    const state = await context.agent.ask('GET /agent/detectors/state', {});
    const { terminal } = context;
    terminal.show(state, () => {
      for (const [group, { static: fixed, detectors }] of Object.entries(state.groups)) {
        const givers = [...(fixed ? ['(static)'] : []), ...detectors];
        terminal.line(` * ${terminal.paint(escaped(group), 'magenta')}  ${escaped(givers.join(', '))}`.trimEnd());
      }
      for (const [detector, log] of Object.entries(state.logs))
        terminal.note(`   | ${escaped(detector)}: ${escaped(log)}`);
    });
  },
});
