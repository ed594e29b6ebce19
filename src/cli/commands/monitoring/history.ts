import { arrow } from '../../collector-text.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { printHistory, SPAN_OPTIONS, spanQuery } from '../../history.ts';
import { allPages } from '../../pages.ts';

export default defineCommand({
  options: {
    ...SPAN_OPTIONS,
    check: { kind: 'value', placeholder: 'C', description: 'only this check, by id, name or display name' },
  },
  examples: ['monitoring history', 'monitoring history --check linux/load --since 1d'],
  route: 'GET /history/monitoring',
  async run({ options }, { agent, terminal }) {
    const query = spanQuery(options);
    const all = await allPages((after) => agent.askWhole('GET /history/monitoring', { query: { ...query, after } }));
    const { check } = options;
    const isMeant = ({ name, display_name }: { readonly name: string; readonly display_name: string }) =>
      check === undefined || name === check || display_name === check || name.endsWith(`/${check}`);
    const history = all
      .map(({ date, entries }) => ({ date, entries: entries.filter(isMeant) }))
      .filter(({ entries }) => entries.length > 0);
    terminal.show(history, () =>
      printHistory(history, terminal, ({ name, display_name, old_state, state, hard, attempt, output }) => {
        const title = ['', name].includes(display_name) ? escaped(name) : `${escaped(name)} [${escaped(display_name)}]`;
        const unconfirmed = hard ? '' : ` (soft ${attempt})`;
        const now = `${terminal.state(state, state.toUpperCase())}${unconfirmed}`;
        const change = ` * ${title} ${old_state.toUpperCase()} ${arrow(terminal)} ${now}`;
        return output === '' ? [change] : [change, `   | ${escaped(output)}`];
      }),
    );
  },
});
