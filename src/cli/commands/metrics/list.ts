import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { allPages } from '../../pages.ts';

const MOST = '10000';
/** What whoever looks for a part of a name has to know. */
const HOW = "* stands for what is between two dots, as in 'stats.gauges.*'";

export default defineCommand({
  arguments: '[GLOB]',
  examples: ['metrics list', "metrics list '*.cpustats.cpu_all.*'"],
  route: 'GET /metrics-store/names',
  async run({ args: [pattern] }, { agent, terminal }) {
    const names =
      pattern === undefined
        ? await allPages((after) => agent.askWhole('GET /list/', { query: { limit: MOST, after } }))
        : await agent.ask('GET /metrics-store/names', { query: { pattern } });
    terminal.show(names, () => {
      for (const name of names) terminal.line(escaped(name));
      if (names.length === 0)
        terminal.note(pattern === undefined ? 'no series yet' : `no series fits ${escaped(pattern)}; ${HOW}`);
    });
  },
});
