import { arrow, collectorColour } from '../../collector-text.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { printHistory, SPAN_OPTIONS, spanQuery } from '../../history.ts';
import { allPages } from '../../pages.ts';

export default defineCommand({
  options: SPAN_OPTIONS,
  examples: ['collectors history', 'collectors history --since 1d'],
  route: 'GET /history/collectors',
  async run({ options }, { agent, terminal }) {
    const query = spanQuery(options);
    const history = await allPages((after) =>
      agent.askWhole('GET /history/collectors', { query: { ...query, after } }),
    );
    terminal.show(history, () =>
      printHistory(history, terminal, ({ name, old_state, state, log }) => {
        const now = terminal.paint(state.toUpperCase(), collectorColour(state));
        const change = ` * ${escaped(name)} ${old_state.toUpperCase()} ${arrow(terminal)} ${now}`;
        return log === '' ? [change] : [change, `   | ${escaped(log)}`];
      }),
    );
  },
});
