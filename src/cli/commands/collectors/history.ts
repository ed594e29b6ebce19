import type { Api } from '../../../http/api.ts';
import type { AgentClient } from '../../client.ts';
import { arrow, collectorColour } from '../../collector-text.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { secondsOf } from '../../instant.ts';
import { cursorIn } from '../../members.ts';

type History = Api['GET /history/collectors']['answer'];

export default defineCommand({
  options: {
    since: { kind: 'value', placeholder: 'D', description: 'from then on: 2h, or 2026-01-02 15:04' },
    until: { kind: 'value', placeholder: 'T', description: 'up to then' },
  },
  examples: ['collectors history', 'collectors history --since 1d'],
  route: 'GET /history/collectors',
  async run({ options: { since, until } }, { agent, terminal }) {
    const history = await whole(agent, {
      ...(since !== undefined && { since: String(secondsOf('--since', since)) }),
      ...(until !== undefined && { until: String(secondsOf('--until', until)) }),
    });
    terminal.show(history, () => {
      for (const { date, entries } of history) {
        terminal.line(terminal.time(date * 1_000));
        for (const { name, old_state, state, log } of entries) {
          const now = terminal.paint(state.toUpperCase(), collectorColour(state));
          terminal.line(` * ${escaped(name)} ${old_state.toUpperCase()} ${arrow(terminal)} ${now}`);
          if (log !== '') terminal.line(`   | ${escaped(log)}`);
        }
      }
      if (history.length === 0) terminal.note('nothing is remembered');
    });
  },
});

/** All pages of it. */
async function whole(
  agent: AgentClient,
  query: NonNullable<Api['GET /history/collectors']['query']>,
): Promise<History> {
  const seconds: History = [];
  let after: string | undefined;
  do {
    const { body, headers } = await agent.askWhole('GET /history/collectors', { query: { ...query, after } });
    seconds.push(...body);
    after = cursorIn(headers);
  } while (after !== undefined);
  return seconds;
}
