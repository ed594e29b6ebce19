import type { Api } from '../../../http/api.ts';
import type { AgentClient } from '../../client.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { secondsOf } from '../../instant.ts';
import { cursorIn } from '../../members.ts';

type History = Api['GET /history/groups']['answer'];

export default defineCommand({
  options: {
    since: { kind: 'value', placeholder: 'D', description: 'from then on: 2h, or 2026-01-02 15:04' },
    until: { kind: 'value', placeholder: 'T', description: 'up to then' },
  },
  examples: ['detectors history', 'detectors history --since 1d'],
  route: 'GET /history/groups',
  async run({ options: { since, until } }, { agent, terminal }) {
    const history = await whole(agent, {
      ...(since !== undefined && { since: String(secondsOf('--since', since)) }),
      ...(until !== undefined && { until: String(secondsOf('--until', until)) }),
    });
    terminal.show(history, () => {
      for (const { date, entries } of history) {
        terminal.line(terminal.time(date * 1_000));
        for (const { type, group, from } of entries) {
          const change = type === 'add' ? terminal.paint('+', 'green') : terminal.paint('-', 'red');
          terminal.line(
            `  ${change} ${terminal.paint(escaped(group), 'magenta')}  ${escaped(from.join(', '))}`.trimEnd(),
          );
        }
      }
      if (history.length === 0) terminal.note('nothing is remembered');
    });
  },
});

/** All pages of it. */
async function whole(agent: AgentClient, query: NonNullable<Api['GET /history/groups']['query']>): Promise<History> {
  const seconds: History = [];
  let after: string | undefined;
  do {
    const { body, headers } = await agent.askWhole('GET /history/groups', { query: { ...query, after } });
    seconds.push(...body);
    after = cursorIn(headers);
  } while (after !== undefined);
  return seconds;
}
