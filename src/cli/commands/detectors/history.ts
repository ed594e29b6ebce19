import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { printHistory, SPAN_OPTIONS, spanQuery } from '../../history.ts';
import { allPages } from '../../pages.ts';

export default defineCommand({
  options: SPAN_OPTIONS,
  examples: ['detectors history', 'detectors history --since 1d'],
  route: 'GET /history/groups',
  async run({ options }, { agent, terminal }) {
    const query = spanQuery(options);
    const history = await allPages((after) => agent.askWhole('GET /history/groups', { query: { ...query, after } }));
    terminal.show(history, () =>
      printHistory(history, terminal, ({ type, group, from }) => {
        const change = type === 'add' ? terminal.paint('+', 'green') : terminal.paint('-', 'red');
        return [`  ${change} ${terminal.paint(escaped(group), 'magenta')}  ${escaped(from.join(', '))}`.trimEnd()];
      }),
    );
  },
});
