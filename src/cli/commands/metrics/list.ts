import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';

const MOST = '10000';

export default defineCommand({
  arguments: '[GLOB]',
  examples: ['metrics list', "metrics list '*.cpustats.cpu_all.*'"],
  route: 'GET /metrics-store/names',
  async run({ args: [pattern] }, { agent, terminal }) {
    const names =
      pattern === undefined
        ? await everything(agent)
        : await agent.ask('GET /metrics-store/names', { query: { pattern } });
    terminal.show(names, () => {
      for (const name of names) terminal.line(escaped(name));
      if (names.length === 0)
        terminal.note(pattern === undefined ? 'no series yet' : `no series fits ${escaped(pattern)}`);
    });
  },
});

type Agent = Parameters<Parameters<typeof defineCommand>[0]['run']>[1]['agent'];

/** All pages of all names. */
async function everything(agent: Agent): Promise<string[]> {
  const names: string[] = [];
  let after: string | undefined;
  do {
    const { body, headers } = await agent.askWhole('GET /list/', { query: { limit: MOST, after } });
    names.push(...body);
    const next = headers['x-opsbro-next'];
    after = typeof next === 'string' ? decodeURIComponent(next) : undefined;
  } while (after !== undefined);
  return names;
}
