import { arrow, collectorColour, collectorState } from '../../collector-text.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { whenInitialized } from '../../initialized.ts';

export default defineCommand({
  examples: ['collectors state', 'collectors state --json'],
  route: 'GET /collectors',
  local: 'groups',
  async run(_, context) {
    await whenInitialized(context);
    const collectors = await context.agent.ask('GET /collectors', {});
    const { terminal } = context;
    const states = collectors.map(({ name, state, stale, log }) => ({ name, state, stale, log }));
    terminal.show(states, () => {
      for (const collector of states) {
        const state = terminal.paint(collectorState(collector).toUpperCase(), collectorColour(collector.state));
        terminal.line(` - ${escaped(collector.name).padEnd(20)}  ${arrow(terminal)} ${state}`);
        if (collector.log !== '') terminal.line(`   | ${escaped(collector.log)}`);
      }
      if (states.length === 0) terminal.note('no collectors');
    });
  },
});
